"""Judges of dumps of a cluster (`kubectl get … -o json`): pods, rollouts, limits, jobs, images, hardening."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

from conformance.contracts.paths import at_path
from conformance.contracts.reading import member, objects, quoted
from conformance.contracts.release_evidence.settings import Cluster
from conformance.contracts.times import hours, instant

HARDENED: Final = ("NetworkPolicy", "Role", "ClusterRole", "Deployment", "StatefulSet", "DaemonSet", "Pod")


def of_kind(dump: Any, *kinds: str) -> list[dict[str, Any]]:
    """The objects of some kinds in a dump, which is one object or a list of them."""
    found = objects(member(dump, "items")) or ([dump] if isinstance(dump, dict) else [])
    return [one for one in found if one.get("kind") in kinds]


def not_ready(dump: Any) -> list[str]:
    """Pods that do not run or are not ready, unless they have done their work."""
    return [
        f"{_name(pod)} is {at_path(pod, 'status.phase')}" + ("" if _condition(pod, "Ready") else " and not ready")
        for pod in of_kind(dump, "Pod")
        if at_path(pod, "status.phase") != "Succeeded"
        and not (at_path(pod, "status.phase") == "Running" and _condition(pod, "Ready"))
    ]


def restarted(before: Any, after: Any) -> list[str]:
    """Containers that were started again between two dumps."""
    earlier = dict(_restarts(before))
    return [
        f"{pod}/{container} was started again, {earlier[pod, container]} to {count} times"
        for (pod, container), count in _restarts(after)
        if count > earlier.get((pod, container), count)
    ]


def unfinished(dump: Any) -> list[str]:
    """Deployments without all the replicas that they want, updated and available."""
    return [problem for one in of_kind(dump, "Deployment") for problem in _rollout(one)]


def out_of_limits(dump: Any, settings: Cluster) -> list[str]:
    """Autoscalers out of their bounds, and disruption budgets that keep too few replicas."""
    return [*_scaled(dump), *_budgeted(dump, settings)]


def mixed_images(dump: Any, settings: Cluster) -> list[str]:
    """Containers of one name with several images, or with another one than that of the release."""
    found: dict[str, set[str]] = defaultdict(set)
    for pod in of_kind(dump, "Pod"):
        for container in objects(at_path(pod, "spec.containers")):
            name = str(container.get("name"))
            if name in settings.containers or (not settings.containers and not _of_job(pod)):
                found[name].add(str(container.get("image")))
    problems = [f"{name} has {', '.join(sorted(those))}" for name, those in found.items() if len(those) > 1]
    for name, those in found.items():
        if wrong := sorted(one for one in those if settings.release and _tag(one) != settings.release):
            problems.append(f"{name} has {', '.join(wrong)}, expected {settings.release}")
    return problems


def no_backup(dump: Any, settings: Cluster, now: float) -> list[str]:
    """A newest backup that failed, or is too old; one that still runs is not judged."""
    ended = [job for job in of_kind(dump, "Job") if _is_backup(job, settings) and not at_path(job, "status.active")]
    newest = max(ended, key=lambda job: instant(at_path(job, "status.startTime")) or 0, default=None)
    if newest is None:
        return [f"there is no job of {settings.backup_job} that has ended"]
    problems = [] if _condition(newest, "Complete") else [f"{_name(newest)} did not succeed"]
    at = instant(at_path(newest, "status.completionTime")) or instant(at_path(newest, "status.startTime"))
    if at is None:
        return [*problems, f"{_name(newest)} does not tell when it ran"]
    if now - at > settings.max_backup_age_s + settings.backup_tolerance_s:
        problems.append(f"{_name(newest)} is {hours(now - at)} old")
    return problems


def disagreeing(dump: Any, settings: Cluster) -> list[str]:
    """Environment variables that are written out with another value than that of the configuration map."""
    told = {key: value for one in of_kind(dump, "ConfigMap") for key, value in _object(one.get("data")).items()}
    return [
        f"{variable} of {_name(one)} is {quoted(value)}, {key} is {quoted(told[key])}"
        for one in of_kind(dump, "Deployment")
        for variable, value in _environment(one)
        if (key := settings.config_of.get(variable)) in told and str(value) != str(told[key])
    ]


def unhardened(dump: Any) -> list[str]:
    """Missing network policies, wildcards in roles, and containers that may run as root."""
    problems = [] if of_kind(dump, "NetworkPolicy") else ["there is no network policy"]
    for role in of_kind(dump, "Role", "ClusterRole"):
        wild = {
            name for rule in objects(role.get("rules")) for name in ("verbs", "resources") if "*" in rule.get(name, ())
        }
        problems += [f"{_name(role)} has * among its {name}" for name in sorted(wild)]
    pods = [at_path(one, "spec.template.spec") for one in of_kind(dump, "Deployment", "StatefulSet", "DaemonSet")]
    for spec in [*pods, *(one.get("spec") for one in of_kind(dump, "Pod"))]:
        problems += [
            f"{one.get('name')} may run as root" for one in objects(member(spec, "containers")) if _root(spec, one)
        ]
    return problems


def error_lines(lines: Iterator[str], settings: Cluster) -> int:
    """How many lines of a log tell an error."""
    pattern = re.compile(settings.error_pattern)
    return sum(1 for line in lines if pattern.search(line))


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _integer(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _has_wildcard(value: Any) -> bool:
    return isinstance(value, list) and "*" in value


def _name(one: dict[str, Any]) -> str:
    return str(at_path(one, "metadata.name"))


def _condition(one: dict[str, Any], type: str) -> bool:
    conditions = objects(at_path(one, "status.conditions"))
    return any(each.get("type") == type and each.get("status") == "True" for each in conditions)


def _restarts(dump: Any) -> Iterator[tuple[tuple[str, str], int]]:
    for pod in of_kind(dump, "Pod"):
        for status in objects(at_path(pod, "status.containerStatuses")):
            yield (_name(pod), str(status.get("name"))), _integer(status.get("restartCount"))


def _rollout(one: dict[str, Any]) -> Iterator[str]:
    said = at_path(one, "spec.replicas")
    wanted = 1 if said is None else _integer(said)
    if _integer(at_path(one, "status.observedGeneration")) < _integer(at_path(one, "metadata.generation")):
        yield f"{_name(one)}: the newest change has not been looked at"
    for name in ("replicas", "updatedReplicas", "availableReplicas"):
        if (has := _integer(at_path(one, f"status.{name}"))) != wanted:
            yield f"{_name(one)}: {name} is {has} of {wanted}"


def _scaled(dump: Any) -> Iterator[str]:
    for one in of_kind(dump, "HorizontalPodAutoscaler"):
        has = at_path(one, "status.currentReplicas")
        least, most = _integer(at_path(one, "spec.minReplicas")), at_path(one, "spec.maxReplicas")
        if isinstance(has, int) and isinstance(most, int) and not (least or 1) <= has <= most:
            yield f"{_name(one)} has {has} replicas, expected {least or 1} to {most}"


def _budgeted(dump: Any, settings: Cluster) -> Iterator[str]:
    for one in of_kind(dump, "PodDisruptionBudget"):
        said = at_path(one, "spec.minAvailable")
        kept = said if isinstance(said, int) else at_path(one, "status.desiredHealthy")
        if isinstance(kept, int) and kept < settings.min_available:
            yield f"{_name(one)} keeps {kept} available, expected at least {settings.min_available}"


def _of_job(pod: dict[str, Any]) -> bool:
    return any(owner.get("kind") == "Job" for owner in objects(at_path(pod, "metadata.ownerReferences")))


def _tag(image: str) -> str:
    """The tag of an image; a digest comes after it, and a colon before the last slash belongs to a port."""
    return image.partition("@")[0].rpartition("/")[2].partition(":")[2]


def _is_backup(job: dict[str, Any], settings: Cluster) -> bool:
    owners = [one.get("name") for one in objects(at_path(job, "metadata.ownerReferences"))]
    return settings.backup_job in owners or bool(re.fullmatch(rf"{re.escape(settings.backup_job)}(-\d+)?", _name(job)))


def _environment(deployment: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The variables of its containers whose values are written out."""
    for container in objects(at_path(deployment, "spec.template.spec.containers")):
        for variable in objects(container.get("env")):
            if "value" in variable:
                yield str(variable.get("name")), variable["value"]


def _root(spec: Any, container: dict[str, Any]) -> bool:
    """Whether nothing keeps a container from running as root; its own context is laid over that of the pod."""
    context = {**_object(member(spec, "securityContext")), **_object(container.get("securityContext"))}
    user = context.get("runAsUser")
    return not (context.get("runAsNonRoot") is True or (isinstance(user, int) and user > 0))
