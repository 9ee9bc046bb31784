"""Finds the critical vulnerabilities in the report of an image scanner."""

from collections.abc import Iterator
from typing import Any

from conformance.contracts.paths import at_path
from conformance.contracts.reading import member, objects


def is_understood(report: Any) -> bool:
    """Whether it is a report of Trivy (`Results`) or Grype (`matches`)."""
    return isinstance(member(report, "Results"), list) or isinstance(member(report, "matches"), list)


def critical(report: Any) -> list[str]:
    """The vulnerabilities of the severity critical, each with the package it is in."""
    return sorted({f"{id} in {package}" for id, package, severity in _found(report) if severity.lower() == "critical"})


def _found(report: Any) -> Iterator[tuple[str, str, str]]:
    for result in objects(member(report, "Results")):
        for one in objects(result.get("Vulnerabilities")):
            yield str(one.get("VulnerabilityID")), str(one.get("PkgName")), str(one.get("Severity"))
    for match in objects(member(report, "matches")):
        told = match.get("vulnerability")
        yield str(member(told, "id")), str(at_path(match, "artifact.name")), str(member(told, "severity"))
