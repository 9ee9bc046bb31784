"""How a test ends when it does not pass: the vocabulary of verdicts, as exceptions.

Violation             the rule is broken: *fail*, or *warn* for a SHOULD
Skipped
  NotApplicable       the rule cannot apply to this target (capability not declared, nothing of that kind announced)
  NotTestable         the rule applies, but this run has not what it takes; the message says how to provide it
  Blocked             another requirement, named in `by`, is broken and this one stands on it
"""

from typing import NoReturn

from _pytest.outcomes import Skipped as PytestSkipped

from conformance.protocol.reply import Reply


class Violation(AssertionError):
    """The rule is broken, and the exchange shows it."""

    def __init__(self, expected: str, received: str, reply: Reply | None = None) -> None:
        super().__init__(f"expected {expected}; received {received}")
        self.expected = expected
        self.received = received
        self.reply = reply


class Skipped(PytestSkipped):
    """A verdict that is neither good nor bad."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, _use_item_location=True)
        self.reason = reason


class NotApplicable(Skipped):
    """The rule cannot apply here."""


class NotTestable(Skipped):
    """The rule applies, but cannot be judged with what this run has."""


class Blocked(Skipped):
    """Another requirement is broken, and this one stands on it."""

    def __init__(self, reason: str, by: str | None = None) -> None:
        super().__init__(reason)
        self.by = by


def not_applicable(reason: str) -> NoReturn:
    raise NotApplicable(reason)


def not_testable(reason: str) -> NoReturn:
    raise NotTestable(reason)


def violation(expected: str, received: str, reply: Reply | None = None) -> NoReturn:
    """The rule is broken."""
    raise Violation(expected, received, reply)
