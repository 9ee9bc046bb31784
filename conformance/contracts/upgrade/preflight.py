"""Judges of the preflight and of the gates file that repeats it. Each returns one sentence for each problem."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, Final

from conformance.contracts.documents import problems_with
from conformance.contracts.reading import member, objects, quoted
from conformance.contracts.times import instant
from conformance.contracts.upgrade import versions
from conformance.contracts.upgrade.settings import Upgrade
from conformance.contracts.upgrade.words import word

STAMP: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}(-\d{1,9})?Z?")
"""A time as the name of a directory."""


def is_stub(document: Any) -> bool:
    """The short form of an older writer: no logs, only whether all went well."""
    return isinstance(document, dict) and "all_passed" in document


def valid(document: Any, settings: Upgrade) -> list[str]:
    if is_stub(document) and not settings.allow_legacy_artifacts:
        return ["is the short form with all_passed, expected logs and gates"]
    return problems_with(document, "preflight")


def passed(document: Any) -> list[str]:
    if is_stub(document):
        return [] if document["all_passed"] is True else ["all_passed is not true"]
    if member(document, "ok") is True:
        return []
    failed = member(document, "failedCheck")
    return [f"ok is {quoted(member(document, 'ok'))}" + (f", failed check {quoted(failed)}" if failed else "")]


def complete(document: Any, settings: Upgrade) -> list[str]:
    """Of a preflight that passed: every check is there, once, in order, and passed."""
    if is_stub(document) or member(document, "ok") is not True:
        return []
    logs = objects(member(document, "logs"))
    names = [log.get("name") for log in logs]
    missing = [name for name in settings.checks if name not in names]
    found = [f"the check {quoted(name)} is missing" for name in missing]
    known = [name for name in names if name in settings.checks]
    if known != [name for name in settings.checks if name in names]:
        found.append(f"the checks come as {', '.join(map(str, known))}, expected {', '.join(settings.checks)}")
    return found + [f"{quoted(log.get('name'))} is {quoted(log.get('status'))}" for log in logs if not _passed(log)]


def gates_in_order(document: Any, settings: Upgrade) -> list[str]:
    gates = member(document, "gates")
    listed = gates if isinstance(gates, list) else []
    names = [member(gate, "gate") if isinstance(gate, dict) else gate for gate in listed]
    if names == list(settings.gates):
        return []
    told = ", ".join(map(quoted, names)) or "missing"
    return [f"gates are {told}, expected {', '.join(settings.gates)} in that order"]


def failure_told(document: Any, settings: Upgrade) -> list[str]:
    """An outcome and its logs agree: the failed check is named, alone, and the last one."""
    if is_stub(document) or not isinstance(member(document, "ok"), bool):
        return []
    logs = objects(member(document, "logs"))
    failed = [number for number, log in enumerate(logs) if log.get("status") == "failed"]
    if member(document, "ok") is True:
        return [f"ok is true, yet {quoted(logs[number].get('name'))} failed" for number in failed]
    return list(_told(document, logs, failed, settings))


def _told(document: Any, logs: list[dict[str, Any]], failed: list[int], settings: Upgrade) -> Iterator[str]:
    if member(document, "error") != settings.aborted:
        yield f"error is {quoted(member(document, 'error'))}, expected {quoted(settings.aborted)}"
    if len(failed) != 1:
        yield f"{len(failed)} checks failed, expected exactly one"
    elif failed[0] != len(logs) - 1:
        one, following = (quoted(logs[failed[0] + step].get("name")) for step in (0, 1))
        yield f"{one} failed and is followed by {following}"
    named, last = member(document, "failedCheck"), logs[-1].get("name") if logs else None
    if named != last:
        yield f"failedCheck is {quoted(named)}, expected the last check, {quoted(last)}"


def versions_judged(document: Any) -> list[str]:
    """What `satisfies` says is what the constraint says."""
    found = []
    for record in objects(member(document, "versions")):
        detected = record.get("detected")
        own = versions.satisfies(detected, record.get("constraint"))
        if detected is not None and versions.parse(detected) is None and not str(detected).count("-"):
            found.append(f"{quoted(record.get('tool'))}: detected is {quoted(detected)}, expected a version")
        elif own is not None and own != record.get("satisfies", own):
            said, right = quoted(record.get("satisfies")), quoted(own)
            found.append(
                f"{quoted(record.get('tool'))}: {quoted(detected)} against {quoted(record.get('constraint'))} "
                f"satisfies is {said}, expected {right}"
            )
    return found


def versions_counted(document: Any, settings: Upgrade) -> list[str]:
    """A version that does not satisfy its constraint fails its check, and no other one does."""
    status = {word(log, "name"): word(log, "status") for log in objects(member(document, "logs"))}
    found = []
    for record in objects(member(document, "versions")):
        check = settings.version_checks.get(str(record.get("tool")))
        expected = "passed" if record.get("satisfies") is True else "failed"
        if "satisfies" in record and check in status and status[check] != expected:
            found.append(f"{check} {status[check]}, yet satisfies of {record.get('tool')} is {record.get('satisfies')}")
    return found


def clean(document: Any, settings: Upgrade) -> list[str]:
    """A dirty work tree does not pass, unless the profile lets it pass by way of a clean copy."""
    count = member(member(document, "workspaceDirty"), "count")
    status = {word(log, "name"): word(log, "status") for log in objects(member(document, "logs"))}
    if settings.dirty_policy == "clean-worktree" or not isinstance(count, int) or count == 0:
        return []
    if status.get(settings.clean_check) != "passed":
        return []
    return [f"{settings.clean_check} passed with {count} changed files"]


def directory_named(name: str, upgrade_id: Any) -> list[str]:
    """The directory of a run is called like the upgrade, or by its time: not by the time of another one."""
    if isinstance(upgrade_id, str) and upgrade_id:
        if name == upgrade_id or (STAMP.fullmatch(name) and not STAMP.fullmatch(upgrade_id)):
            return []
        return [f"the directory is {quoted(name)}, the upgrade {quoted(upgrade_id)}"]
    if STAMP.fullmatch(name):
        return []
    return [f"the directory is {quoted(name)}, expected a time such as 2025-10-12T23-54-14-942Z"]


def gates_valid(document: Any) -> list[str]:
    return problems_with(document, "upgrade-gates")


def gates_repeat(gates: Any, preflight: Any, directory: str) -> list[str]:
    """The gates file tells of the newest preflight, and says the same. `directory` is that of the preflight."""
    artifact = PurePosixPath(str(member(gates, "artifact")).replace("\\", "/"))
    pointed = artifact.parent.name
    if pointed != directory:
        newer = STAMP.fullmatch(pointed) and STAMP.fullmatch(directory) and pointed > directory
        return [] if newer else [f"artifact is {quoted(str(artifact))}, expected the preflight of {quoted(directory)}"]
    found = []
    if member(gates, "ok") != member(preflight, "ok"):
        found.append(f"ok is {quoted(member(gates, 'ok'))}, that of the preflight {quoted(member(preflight, 'ok'))}")
    if member(gates, "failedCheck") != member(preflight, "failedCheck"):
        found.append("failedCheck differs from that of the preflight")
    if _statuses(gates) != _statuses(preflight):
        found.append("the gates differ from those of the preflight")
    return found + list(_recorded_after(gates, preflight))


def _recorded_after(gates: Any, preflight: Any) -> Iterator[str]:
    recorded = instant(member(gates, "recorded_at"))
    logged = [instant(log.get("timestamp")) for log in objects(member(preflight, "logs"))]
    last = max((one for one in logged if one is not None), default=None)
    if recorded is not None and last is not None and recorded < last:
        yield "recorded_at is earlier than the last check of the preflight"


def _statuses(document: Any) -> list[tuple[Any, Any]]:
    return [(gate.get("gate"), gate.get("status")) for gate in objects(member(document, "gates"))]


def _passed(log: dict[str, Any]) -> bool:
    return log.get("status") == "passed"
