"""The declarations of faults and oddities, and the catalogues of both."""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType, ModuleType
from typing import TypeVar

from conformance.protocol.revisions import REVISIONS
from conformance.reference.asgi import App, Receive, Scope, Send
from conformance.reference.exchange import Request
from conformance.reference.transformations import Transformation
from conformance.requirements.registry import load


@dataclass(frozen=True)
class Fault:
    """A way to break one requirement; `only` narrows the revisions of that requirement."""

    id: str
    breaks: str
    description: str
    only: frozenset[str] | None
    made: Transformation

    @property
    def revisions(self) -> frozenset[str]:
        """Where the rule is broken; in the other revisions the endpoint stays healthy."""
        return self.only or frozenset(load()[self.breaks].revisions)

    def wrap(self, app: App) -> App:
        return _limited(self.made, self.revisions, app)


@dataclass(frozen=True)
class Oddity:
    """Unusual behaviour that is legal; `because` restates the place in the specification that allows it."""

    id: str
    because: str
    description: str
    revisions: frozenset[str]
    made: Transformation

    def wrap(self, app: App) -> App:
        return _limited(self.made, self.revisions, app)


Entry = TypeVar("Entry", Fault, Oddity)

_FAULTS: dict[str, Fault] = {}
_ODDITIES: dict[str, Oddity] = {}


def fault(
    *,
    breaks: str,
    revisions: Iterable[str] | None = None,
    id: str | None = None,
    description: str | None = None,
) -> Callable[[Transformation], Transformation]:
    """Declares a fault over a transformation; id and description default to its name and docstring."""

    def declare(made: Transformation) -> Transformation:
        only = None if revisions is None else _known(revisions)
        _register(Fault(id or made.name, breaks, description or made.description, only, made), _FAULTS)
        return made

    return declare


def oddity(
    *,
    because: str,
    revisions: Iterable[str] = REVISIONS,
    id: str | None = None,
    description: str | None = None,
) -> Callable[[Transformation], Transformation]:
    """Declares a legal oddity over a transformation, as `fault` does."""

    def declare(made: Transformation) -> Transformation:
        legal_in = _known(revisions)
        _register(Oddity(id or made.name, because, description or made.description, legal_in, made), _ODDITIES)
        return made

    return declare


def faults() -> Mapping[str, Fault]:
    """All faults by id, from every module of `conformance.reference.faults`."""
    from conformance.reference import faults as package

    _import_modules(package)
    return MappingProxyType(_FAULTS)


def oddities() -> Mapping[str, Oddity]:
    """All oddities by id, from every module of `conformance.reference.oddities`."""
    from conformance.reference import oddities as package

    _import_modules(package)
    return MappingProxyType(_ODDITIES)


def _register(entry: Entry, known: dict[str, Entry]) -> None:
    if entry.id in known:
        raise ValueError(f"two {type(entry).__name__.lower()} declarations have the id {entry.id!r}")
    if not entry.description:
        raise ValueError(f"{entry.id!r} has no description: give the function a docstring")
    known[entry.id] = entry


def _known(revisions: Iterable[str]) -> frozenset[str]:
    chosen = frozenset(revisions)
    if not chosen or not chosen <= set(REVISIONS):
        raise ValueError(f"not known revisions: {sorted(chosen)}")
    return chosen


def _limited(made: Transformation, revisions: frozenset[str], app: App) -> App:
    transformed = made.wrap(app)

    async def choose(scope: Scope, receive: Receive, send: Send) -> None:
        request = await Request.read(scope, receive)
        await request.pass_on(transformed if request.revision in revisions else app, receive, send)

    return choose


def _import_modules(package: ModuleType) -> None:
    for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
