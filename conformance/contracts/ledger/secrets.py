"""Finds credentials that were written into the ledger. What is found is never quoted."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
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
    r"|://[^/\s:@]+:[^/\s:@*<]+@"
    r"|\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|sk-)(?=\S*[0-9])[A-Za-z0-9_-]{16,}|\bAKIA[0-9A-Z]{16}\b"
    r"|(?:token|secret|passw(?:or)?d|api[_-]?key)[\"']?\s*[=:]\s*[\"']?"
    r"(?=[A-Za-z]*[0-9])(?=[0-9]*[A-Za-z])[A-Za-z0-9_+/]{20,}",
    re.IGNORECASE,
)
_HINTS: Final = (
    "@", "eyJ", "earer", "EARER", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xox", "sk-", "AKIA",
    "oken", "OKEN", "ecret", "ECRET", "assw", "ASSW", "key=", "key:", "KEY=", "KEY:", "key\"", "KEY\"",
)  # fmt: skip
_REQUEST: Final = ("traces", "rest", "request")
_EXPECTED: Final = "holds a credential, expected none or a masked one"

_LOOKED_AT: Final = 256
"""Characters of a name or value by which it is told what it is: a line may be long."""

Path = tuple[str, ...]


def credentials_in_request(entry: Entry, settings: LedgerSettings) -> Iterable[str]:
    """C-ABZU-085."""
    request: Any = entry.body
    for name in _REQUEST:
        request = request.get(name) if isinstance(request, dict) else None
    return [f"{_shown((*_REQUEST, *path))} {_EXPECTED}" for path in _credentials(request)]


def credentials_elsewhere(entry: Entry, settings: LedgerSettings) -> Iterable[str]:
    """C-ABZU-058: anywhere in the line, as long as no narrower clause says it."""
    narrower = settings.strict_profile
    paths = [path for path in _credentials(entry.body) if not (narrower and path[:3] == _REQUEST)]
    return [f"{_shown(path)} {_EXPECTED}" for path in paths]


def _shown(path: Path) -> str:
    return quoted(".".join(path)).strip('"')


def _credentials(value: Any) -> Iterable[Path]:
    """Paths are made only where something may be found: most lines hold nothing."""
    return _paths(value) if _may_hold_credential(value) else ()


def _may_hold_credential(value: Any) -> bool:
    """Looks at all names and at all texts at once, as that is quick. Not recursive, as the nesting is the writer's."""
    names: set[str] = set()
    texts: list[str] = []
    left: list[Any] = [[value]]
    while left:
        outer = left.pop()
        if type(outer) is dict:
            names.update(outer)
            outer = outer.values()
        for inner in outer:
            if type(inner) is str:
                texts.append(inner)
            elif type(inner) is dict or type(inner) is list:
                left.append(inner)
    return _any_secret_name(frozenset(names)) or _is_hinted("\n".join(texts))


@lru_cache(256)
def _any_secret_name(names: frozenset[str]) -> bool:
    return any(_is_secret_name(name[-_LOOKED_AT:]) for name in names)


def _paths(value: Any) -> Iterator[Path]:
    left: list[tuple[Path, Any]] = [((), value)]
    while left:
        path, value = left.pop()
        if isinstance(value, dict):
            left += [((*path, name), inner) for name, inner in value.items()]
        elif isinstance(value, list):
            left += [((*path, str(index)), inner) for index, inner in enumerate(value)]
        elif isinstance(value, str) and _is_credential(path[-1] if path else "", value):
            yield path


def _is_credential(name: str, value: str) -> bool:
    if _is_secret_name(name[-_LOOKED_AT:]) and not _MASKED.fullmatch(value[:_LOOKED_AT]):
        return True
    return _is_hinted(value) and _VALUE.search(value) is not None


def _is_hinted(text: str) -> bool:
    """Whether it is worth a closer look."""
    return any(hint in text for hint in _HINTS)


@lru_cache(256)
def _is_secret_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None
