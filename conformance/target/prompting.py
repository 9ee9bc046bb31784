"""Arguments for a prompt: from the user, from what conformance servers share, or made up."""

import re
from collections.abc import Mapping
from typing import Any

from conformance.protocol.messages import JsonObject
from conformance.target.config import RunConfig
from conformance.target.profile import Surface
from conformance.target.roles import ROLES, required_arguments

EXAMPLE = "example"
_WANTS_URI = re.compile(r"(?i)(^|[a-z_-])ur[il]s?$")


def prompt_arguments(prompt: Mapping[str, Any], surface: Surface, config: RunConfig) -> JsonObject:
    """Values for the required arguments. One that is called uri gets the URI of a listed resource."""
    name = str(prompt.get("name"))
    if name in config.arguments:
        return dict(config.arguments[name])
    for role in ROLES.values():
        if role.kind == "prompts" and role.names.get(name):
            return dict(role.names[name])
    uri = next((str(one["uri"]) for one in surface.resources if "uri" in one), "https://example.com/")
    return {one: uri if _WANTS_URI.search(one) else EXAMPLE for one in required_arguments(prompt)}
