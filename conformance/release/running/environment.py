"""The environment of processes: what was named and no more; and which of its values are secrets."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from conformance.target.secrets import secrets_of_url
from conformance.wire.redact import SECRET_NAME

ORDINARY: Final = frozenset({
    "PATH", "HOME", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "USER", "LOGNAME", "SHELL", "TERM", "PWD",
    "SSL_CERT_FILE", "SSL_CERT_DIR", "VIRTUAL_ENV", "PYTHONPATH", "NODE_PATH", "CI", "NO_COLOR", "COLUMNS",
    "KUBECONFIG", "COMPOSER_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME",
})  # fmt: skip
"""Variables whose values are no secrets, and which our own processes get."""

_LONG: Final = 6
_LINE: Final = 8


def of_command(names: Iterable[str], more: Mapping[str, str], environ: Mapping[str, str]) -> dict[str, str]:
    """For a command of the user's: the named variables that are set, and those that the checklist sets."""
    return {**{name: environ[name] for name in names if name in environ}, **more}


def of_ours(names: Iterable[str], environ: Mapping[str, str]) -> dict[str, str]:
    """For a process of this tool. Variables that would name another target or other options are not among them."""
    return of_command([*ORDINARY, *names], {"PYTHONUNBUFFERED": "1"}, environ)


def secrets_of(names: Iterable[str], environ: Mapping[str, str]) -> Iterator[str]:
    """The values of named variables that must not be seen: all but those of ordinary ones, plain addresses, and words
    that are too short to be masked wherever they occur."""
    for name in names:
        value = environ.get(name, "")
        if name in ORDINARY or not value:
            continue
        if value.startswith(("http://", "https://")) and not SECRET_NAME.search(name):
            yield from secrets_of_url(value)
        elif len(value) >= _LONG or SECRET_NAME.search(name):
            yield value
            yield from (line for line in value.splitlines() if len(line) >= _LINE and line != value)
