"""The systems whose contracts our server keeps, and the ways in which it can break one rule of them at a time."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from conformance.reference import contracts as package
from conformance.reference.asgi import App

Change = Callable[[Any], Any]
"""From the healthy behaviour of a system to another one."""


@dataclass(frozen=True)
class ContractFault:
    """A way to break one rule of a contract."""

    id: str
    system: str
    breaks: str
    description: str
    change: Change


@dataclass(frozen=True)
class ContractOddity:
    """Unusual behaviour that keeps every contract; `because` says what allows it."""

    id: str
    system: str
    because: str
    description: str
    change: Change


_FAULTS: dict[str, ContractFault] = {}
_ODDITIES: dict[str, ContractOddity] = {}


def contract_fault(system: str, *, breaks: str, id: str | None = None) -> Callable[[Change], Change]:
    """Declares a fault over a change of behaviour; id and description are its name and docstring."""

    def declare(change: Change) -> Change:
        name = id or _id(change)
        _add(name, change, ContractFault(name, system, breaks, _described(change), change), _FAULTS)
        return change

    return declare


def contract_oddity(system: str, *, because: str, id: str | None = None) -> Callable[[Change], Change]:
    """Declares an oddity over a change of behaviour, as `contract_fault` does."""

    def declare(change: Change) -> Change:
        name = id or _id(change)
        _add(name, change, ContractOddity(name, system, because, _described(change), change), _ODDITIES)
        return change

    return declare


def contract_faults() -> Mapping[str, ContractFault]:
    """All faults by id."""
    _import_all()
    return MappingProxyType(_FAULTS)


def contract_oddities() -> Mapping[str, ContractOddity]:
    """All oddities by id."""
    _import_all()
    return MappingProxyType(_ODDITIES)


def systems() -> list[str]:
    """The names of the systems that our server plays."""
    return sorted(module.name for module in pkgutil.iter_modules(package.__path__) if module.ispkg)


def app_of(system: str, change: Change = lambda behaviour: behaviour) -> App:
    """A new instance of a system, with its behaviour changed."""
    module = importlib.import_module(f"{package.__name__}.{system}")
    app: App = module.create(change(module.HEALTHY))
    return app


@cache
def _import_all() -> None:
    for system in systems():
        found = importlib.import_module(f"{package.__name__}.{system}")
        for module in pkgutil.iter_modules(found.__path__, found.__name__ + "."):
            if module.name.endswith(("faults", "oddities")):
                importlib.import_module(module.name)


def _id(change: Change) -> str:
    return change.__name__.replace("_", "-")


def _described(change: Change) -> str:
    return " ".join((change.__doc__ or "").split())


def _add(name: str, change: Change, entry: Any, known: dict[str, Any]) -> None:
    if name in known:
        raise ValueError(f"two declarations have the id {name!r}")
    if not change.__doc__:
        raise ValueError(f"{name!r} has no description: give the function a docstring")
    known[name] = entry
