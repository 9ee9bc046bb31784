"""What targets said, without the secrets that they were sent."""

from collections.abc import Callable

from msgspec.structs import replace

from conformance.load.results.model import Operation, Phase

Redact = Callable[[str], str]


def redacted(phase: Phase, redact: Redact) -> Phase:
    operations = tuple(_redacted(one, redact) for one in phase.operations)
    return replace(phase, total=_redacted(phase.total, redact), operations=operations)


def _redacted(operation: Operation, redact: Redact) -> Operation:
    return replace(operation, examples={kind: redact(text) for kind, text in operation.examples.items()})
