"""The head of a verdict file: which tool, which suites, which target, which selection, when."""

import hashlib
import time
from pathlib import Path
from typing import Any

import pytest

import conformance
from conformance import __version__
from conformance.plugin.invocation import suites_directory
from conformance.plugin.run import Run
from conformance.report.checksum import digest
from conformance.target.profile import TargetProfile

RULES = ("requirements/data/*.yaml", "contracts/rules/data/*.yaml", "contracts/clauses/data/*.yaml")
"""Where the registry of rules is, from the top of the package."""


def head(config: pytest.Config, run: Run) -> dict[str, Any]:
    profile, redact = run.profile, run.redactor.text
    target = {
        "url": redact(profile.url) or "none",
        "server": redact(profile.server),
        "guarded": profile.guarded,
        "fingerprint": fingerprint(profile),
    }
    return {
        "tool": {"name": "mcp-conformance", "version": __version__},
        "suites": suites_version(),
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "target": target,
        "revisions": list(profile.revisions),
        "profiles": {profile.name: profile.version for profile in run.contract_profiles},
        "not_spoken": {revision: redact(reason) for revision, reason in profile.not_spoken.items()},
        "strict": run.config.strict,
        "selection": selection(config, run),
        **_seed(config),
    }


def suites_version() -> str:
    """A digest of the suites and of the registry: the same digest is the same checks."""
    suites, package = suites_directory(), Path(conformance.__file__).parent
    files = [(f"suites/{path.relative_to(suites).as_posix()}", path) for path in suites.rglob("*.py")]
    files += [(path.relative_to(package).as_posix(), path) for one in RULES for path in package.glob(one)]
    made = hashlib.sha256()
    for name, path in sorted(files):
        made.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return f"sha256:{made.hexdigest()}"


def fingerprint(profile: TargetProfile) -> str:
    """A digest of what discovery found, wherever it found it: names and versions, capabilities, tools."""
    found = {
        revision: {
            "server": surface.server_info,
            "capabilities": surface.capabilities,
            "tools": sorted(str(tool.get("name")) for tool in surface.tools),
        }
        for revision, surface in profile.surfaces.items()
    }
    return digest(found)


def selection(config: pytest.Config, run: Run) -> dict[str, Any]:
    """What of the suites was chosen. `other` is a choice among the checks of a rule, such as -k, so that a rule may
    have been judged in part only."""
    option = config.option
    other = any(getattr(option, name, None) for name in ("keyword", "markexpr", "deselect", "lf", "ignore_glob"))
    return {
        "areas": sorted(config.getoption("areas") or ()),
        "requirements": sorted(config.getoption("requirements") or ()),
        "revisions": list(run.config.revisions),
        "other": other or not _all_suites(config),
    }


def _all_suites(config: pytest.Config) -> bool:
    return any(Path(argument).resolve() == suites_directory().resolve() for argument in config.args)


def _seed(config: pytest.Config) -> dict[str, Any]:
    """Of a plugin that shuffles tests or draws data, where there is one."""
    names = ("randomly_seed", "random_order_seed", "hypothesis_seed")
    found = {name: str(value) for name in names if (value := getattr(config.option, name, None)) is not None}
    return {"seeds": found} if found else {}
