"""Finds credentials that were written into the ledger. What is found is never quoted."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from conformance.contracts.ledger.entry import Entry
from conformance.contracts.ledger.findings import quoted
from conformance.contracts.ledger.settings import LedgerSettings

_NAME: Final = re.compile(
    r"(?!.*page_?token).*(?:token|secret|password|passwd|api[_-]?key|authorization)", re.IGNORECASE | re.DOTALL
)
_MASKED: Final = re.compile(
    r"\W*(?:redacted|masked|hidden|omitted|removed|stripped|filtered|none|null|absent|present"
    r"|(?:not[ _-]?|un)?set|x+)?\W*"
    r"|.*(?:…|[*•]{2,}|\.{3}|x{4,}).*"
    r"|<.*>|\[.*\]|\$?\{.*\}|\$\w+|sha256:.*",
    re.IGNORECASE | re.DOTALL,
)
_VALUE: Final = re.compile(
    r"\bbearer\s+(?=\S*[0-9])[A-Za-z0-9._~+/=-]{16,}"
    r"|\beyJ[A-Za-z0-9_-]{8,1024}\.[A-Za-z0-9_-]{8,1024}\."
    r"|://[^/\s:@]+:[^/\s:@*<]+@",
    re.IGNORECASE,
)
_REQUEST: Final = ("traces", "rest", "request")
_EXPECTED: Final = "holds a credential, expected none or a masked one"

_LOOKED_AT: Final = 256
"""Characters of a name or value by which it is told what it is: a line may be long."""

Path = tuple[str, ...]


def credentials_in_request(entry: Entry, settings: LedgerSettings) -> Iterable[str]:
    """C-ABZU-085."""
    return [f"{_shown(path)} {_EXPECTED}" for path in _credentials(entry.body) if path[:3] == _REQUEST]


def credentials_elsewhere(entry: Entry, settings: LedgerSettings) -> Iterable[str]:
    """C-ABZU-058: anywhere in the line, as long as no narrower clause says it."""
    narrower = settings.strict_profile
    return [
        f"{_shown(path)} {_EXPECTED}" for path in _credentials(entry.body) if not (narrower and path[:3] == _REQUEST)
    ]


def _shown(path: Path) -> str:
    return quoted(".".join(path)).strip('"')


def _credentials(body: Any) -> Iterator[Path]:
    """Not recursive, as the nesting is the writer's."""
    left: list[tuple[Path, Any]] = [((), body)]
    while left:
        path, value = left.pop()
        if isinstance(value, str):
            if _is_credential(path, value):
                yield path
        elif isinstance(value, dict):
            left += [((*path, name), inner) for name, inner in value.items()]
        elif isinstance(value, list):
            left += [((*path, str(index)), inner) for index, inner in enumerate(value)]


def _is_credential(path: Path, value: str) -> bool:
    named = path[-1][-_LOOKED_AT:] if path else ""
    return bool((_NAME.fullmatch(named) and not _MASKED.fullmatch(value[:_LOOKED_AT])) or _VALUE.search(value))
