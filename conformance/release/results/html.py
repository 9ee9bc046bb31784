"""The release on one HTML page that needs no network. Whatever a step says is text in it."""

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from conformance.release.results.model import Release, StepResult
from conformance.release.results.wording import MEANING, SIGNS, WORST_FIRST, duration, labels, told_once, what_to_do
from conformance.report.html.inert import inert


def page(release: Release) -> str:
    loader = PackageLoader("conformance.release.results", "page")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["inert"] = inert
    return environment.get_template("release.html.j2").render(
        release=release,
        groups=_groups(release),
        meaning=MEANING[release.verdict],
        moves=list(what_to_do(release)),
        signs=SIGNS,
        duration=duration,
        labels=labels,
        told_once=told_once,
        style=Markup(loader.get_source(environment, "style.css")[0]),
    )


def _groups(release: Release) -> list[tuple[str, list[StepResult]]]:
    """What needs a look comes first, what passed last; each in the order of the checklist."""
    names = {
        "fail": "Failed", "incomplete": "Not judged", "blocked": "Blocked", "not run": "Not run", "waived": "Waived",
        "pass": "Passed",
    }  # fmt: skip
    found = [(names[status], [step for step in release.steps if step.status == status]) for status in WORST_FIRST]
    return [(name, steps) for name, steps in found if steps]
