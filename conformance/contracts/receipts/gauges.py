"""Judges the gauges that a scheduled rehearsal leaves for Prometheus, read by the official parser."""

from collections.abc import Iterator

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from conformance.contracts.receipts.settings import Receipts
from conformance.contracts.times import hours, iso


def gauges(data: bytes, settings: Receipts, now: float) -> Iterator[str]:
    try:
        families = list(text_string_to_metric_families(data.decode("utf-8")))
    except (ValueError, KeyError, IndexError) as error:
        yield f"is no text of Prometheus: {str(error)[:200]}"
        return
    samples = [sample for family in families for sample in family.samples]
    for name in (*settings.status_gauges, *settings.count_gauges):
        found = [one for one in samples if one.name == settings.gauge_prefix + name]
        yield from _problems(settings.gauge_prefix + name, found, status=name in settings.status_gauges)
    for sample in samples:
        if sample.name == settings.gauge_prefix + settings.rotation_time_gauge:
            yield from _time_problems(sample, settings, now)


def _problems(name: str, found: list[Sample], *, status: bool) -> Iterator[str]:
    if not found:
        yield f"{name} is missing"
    for sample in found:
        if status and sample.value not in (0, 1):
            yield f"{name} is {sample.value:g}, expected 0 or 1"
        elif not sample.value >= 0:
            yield f"{name} is {sample.value:g}, expected a number from 0 on"


def _time_problems(sample: Sample, settings: Receipts, now: float) -> Iterator[str]:
    age, who = now - sample.value, sample.labels.get("connector_id", "a connector")
    if not age <= settings.rotation_window_s:
        yield f"the rotation of {who} is {hours(age)} old, expected at most {hours(settings.rotation_window_s)}"
    elif age < -settings.clock_skew_s:
        yield f"the rotation of {who} is in the future: {iso(sample.value)}"
