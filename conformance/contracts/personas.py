"""Personas: the identities in which a target is spoken to, and the credentials that make them."""

import base64
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jwt

from conformance.checks.outcomes import NotTestable, not_testable
from conformance.contracts.profiles.model import Mint, Minting, Persona, Profile
from conformance.target.credentials import read_token
from conformance.target.errors import ConfigError

VALID = "valid"
NONE = "none"
MALFORMED = "malformed"
TAMPERED = "tampered"
ALG_NONE = "alg-none"
DERIVED = (NONE, MALFORMED, TAMPERED, ALG_NONE)
"""Personas that need no configuration; the last two are made from a valid token, if that is a JWT."""

_RELATIVE = ("exp", "nbf", "iat")


def token_of(name: str, profile: Profile, own: str | None) -> str | None:
    """The token of a persona; None for one without. `own` is the token of the run, which `valid` uses.

    *Not testable* when the persona is not configured, or cannot be derived.
    """
    if name in profile.personas:
        return _configured(profile.personas[name], name, profile, own)
    if name == VALID:
        return own
    if name == NONE:
        return None
    if name == MALFORMED:
        return "not-a-token"
    if name in (TAMPERED, ALG_NONE):
        return _derived(name, token_of(VALID, profile, own))
    return not_testable(f"no persona {name}; describe it under [personas.{name}] in the profile {profile.name}")


def own_token(profile: Profile) -> str | None:
    """The token that the profile itself has for `valid`, if it goes into a header."""
    if VALID not in profile.personas or profile.credential.body or profile.credential.cookie:
        return None
    try:
        return token_of(VALID, profile, None)
    except NotTestable:
        return None


def is_known(name: str, profile: Profile) -> bool:
    return name in profile.personas or name in (VALID, *DERIVED)


def _configured(persona: Persona, name: str, profile: Profile, own: str | None) -> str | None:
    """A token that is given wins over one that could be minted."""
    sources = {"token_env": persona.token_env, "token_file": persona.token_file, "token_command": persona.token_command}
    given = {key: Path(value) if key == "token_file" else value for key, value in sources.items() if value}
    if persona.token is not None:
        return persona.token
    if given and not (persona.mint and persona.token_env and not os.environ.get(persona.token_env)):
        return _read(name, persona, given)
    if persona.mint is not None:
        if profile.minting is None:
            not_testable(f"the persona {name} is minted; say how under [minting] in the profile {profile.name}")
        return minted(persona.mint, profile.minting)
    return own if name == VALID else None


def _read(name: str, persona: Persona, given: dict[str, Any]) -> str | None:
    if persona.token_env and not os.environ.get(persona.token_env):
        not_testable(f"the persona {name} needs the environment variable {persona.token_env}")
    try:
        return read_token(given, os.environ)
    except ConfigError as error:
        not_testable(f"the persona {name}: {error}")


def minted(mint: Mint, minting: Minting) -> str:
    """A signed JWT; times are seconds from now."""
    now = int(time.time())
    claims: dict[str, Any] = {"iat": 0, "exp": minting.lifetime_s, **minting.claims, **mint.claims}
    for claim in _RELATIVE:
        if isinstance(claims.get(claim), int | float):
            claims[claim] = now + int(claims[claim])
    kept = {claim: value for claim, value in claims.items() if value is not None and value != ""}
    try:
        return jwt.encode(kept, mint.secret or _key(minting), algorithm=minting.algorithm)
    except (ValueError, TypeError, NotImplementedError, jwt.PyJWTError) as error:
        not_testable(f"no token could be minted with {minting.algorithm}: {error}")


def _key(minting: Minting) -> str:
    if minting.secret:
        return minting.secret
    if minting.secret_env:
        return os.environ.get(minting.secret_env) or not_testable(
            f"tokens are minted with the key in the environment variable {minting.secret_env}; set it"
        )
    if minting.key_file:
        path = Path(minting.key_file).expanduser()
        if path.is_file():
            return path.read_text(encoding="utf-8")
        not_testable(f"minting.key_file: {path} does not exist")
    return not_testable("minting has no key; give secret_env or key_file")


def _derived(name: str, valid: str | None) -> str:
    parts = (valid or "").split(".")
    if len(parts) != 3 or not all(parts):
        not_testable(f"the persona {name} is made from a valid JWT, and the token of this run is none")
    if name == ALG_NONE:
        header = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode()).decode().rstrip("=")
        return f"{header}.{parts[1]}."
    middle = len(parts[2]) // 2
    other = "A" if parts[2][middle] != "A" else "B"
    return f"{parts[0]}.{parts[1]}.{parts[2][:middle]}{other}{parts[2][middle + 1:]}"


def headers_of(name: str, profile: Profile, token: str | None) -> Mapping[str, str | None]:
    """The headers by which a persona shows its credential; None takes out the run's own."""
    credential, persona = profile.credential, profile.personas.get(name)
    own: dict[str, str | None] = {credential.header: None} if name != VALID else {}
    if credential.cookie:
        own = {"Cookie": f"{credential.cookie}={token}" if token else None}
    elif token is not None and credential.body is None:
        own = {credential.header: f"{credential.scheme} {token}".strip()}
    return {**own, **(persona.headers if persona else {})}
