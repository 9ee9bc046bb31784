"""Roles: what a check needs from a target, and who can play it.

Roles are filled from the user's [roles] table, else by the well-known fixture names that SDK conformance servers
ship, else by what a definition itself tells. An unfilled role makes a check *not testable*, with advice.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.protocol.messages import JsonObject
from conformance.protocol.modern import header_parameters
from conformance.target.arguments import Arguments, accepts, make_arguments
from conformance.target.config import RunConfig
from conformance.target.profile import Surface

EVERYTHING = ("mcp-servers/everything", "example-servers/everything")
"""The names that `@modelcontextprotocol/server-everything` gives itself; its tool names count only with them."""

SLOW = "slow-tool"


@dataclass(frozen=True, slots=True)
class Role:
    """`names` are well-known fixtures in order of preference, `fits` finds others by their definition.

    Who plays a role that `changes` something is called only by checks that ask for the role.
    """

    key: str
    does: str
    kind: str = "tools"
    names: Mapping[str, JsonObject] = field(default_factory=dict)
    everything: Mapping[str, JsonObject] = field(default_factory=dict)
    fits: Callable[[JsonObject], bool] | None = None
    changes: bool = False

    def known(self, surface: Surface) -> Mapping[str, JsonObject]:
        """The well-known fixtures that count on this server."""
        return {**self.names, **(self.everything if surface.server_info.get("name") in EVERYTHING else {})}


@dataclass(frozen=True, slots=True)
class Filled:
    """Who plays a role, and with which arguments (tools and prompts)."""

    item: JsonObject
    arguments: JsonObject

    @property
    def name(self) -> str:
        return str(self.item.get("name") or self.item.get("uri") or self.item.get("uriTemplate"))


ROLES = {
    role.key: role
    for role in (
        Role("text-tool", "returns a text item", names={"test_simple_text": {}},
             everything={"echo": {"message": "hi"}}),
        Role("image-tool", "returns an image item", names={"test_image_content": {}},
             everything={"get-tiny-image": {}}),
        Role("audio-tool", "returns an audio item", names={"test_audio_content": {}}),
        Role("embedding-tool", "returns an embedded resource", names={"test_embedded_resource": {}}),
        Role("mixed-tool", "returns several content types", names={"test_multiple_content_types": {}}),
        Role("logging-tool", "logs while it runs", names={"test_tool_with_logging": {}, "test_logging_tool": {}}),
        Role("failing-tool", "reports an error of its own", names={"test_error_handling": {}}),
        Role("progress-tool", "reports progress", names={"test_tool_with_progress": {}}, everything={
            "longRunningOperation": {"duration": 0.4, "steps": 4},
            "trigger-long-running-operation": {"duration": 0.4, "steps": 4},
        }),
        Role(SLOW, "runs for seconds and can be cancelled", names={
            "test_slow_tool": {"duration": 3.0},
            "longRunningOperation": {"duration": 0.6, "steps": 6},
        }, everything={
            "longRunningOperation": {"duration": 2, "steps": 6},
            "trigger-long-running-operation": {"duration": 2, "steps": 6},
        }),
        Role("structured-tool", "has an outputSchema", fits=lambda tool: isinstance(tool.get("outputSchema"), dict)),
        Role("sampling-tool", "asks the client to sample", names={"test_sampling": {"prompt": "hi"}}),
        Role("elicitation-tool", "asks the user for input", names={"test_elicitation": {"message": "hi"}}),
        Role("capability-tool", "needs the client's sampling capability", names={"test_missing_capability": {}}),
        Role("asking-tool", "asks for input before it answers", names={
            f"test_input_required_result_{name}": {}
            for name in (
                "elicitation", "sampling", "list_roots", "request_state", "multiple_inputs", "multi_round",
                "tampered_state", "capabilities",
            )
        }),
        Role("tool-list-changer", "changes the tool list", names={"test_trigger_tool_change": {}},
             changes=True),
        Role("prompt-list-changer", "changes the prompt list", names={"test_trigger_prompt_change": {}},
             changes=True),
        Role("resource-list-changer", "changes the resource list", names={"test_trigger_resource_change": {}},
             changes=True),
        Role("resource-changer", "changes the resource that plays watched-resource", names={
            "update_watched_resource": {},
        }, changes=True),
        Role("reconnection-tool", "closes its stream before it answers", names={"test_reconnection": {}}),
        Role("header-tool", "has an x-mcp-header parameter", fits=lambda tool: any(
            header_parameters(tool.get("inputSchema"))
        )),
        Role("text-resource", "is a text", "resources", names={"test://static-text": {}}),
        Role("binary-resource", "is a blob", "resources", names={"test://static-binary": {}}),
        Role("watched-resource", "can be subscribed to", "resources", names={"test://watched-resource": {}}),
        Role("ticking-resource", "counts the steps that the slow-tool has taken, as a text", "resources", names={
            "test://ticks": {},
        }),
        Role("simple-prompt", "takes no arguments", "prompts", names={"test_simple_prompt": {}},
             fits=lambda prompt: not required_arguments(prompt)),
        Role("argument-prompt", "takes required arguments", "prompts", names={
            "test_prompt_with_arguments": {"arg1": "one", "arg2": "two"},
        }, fits=lambda prompt: bool(required_arguments(prompt))),
    )
}  # fmt: skip


def fill(key: str, surface: Surface, config: RunConfig) -> Filled | None:
    """Who plays this role under this surface, or None. Tools that this run may not call play no role."""
    role = ROLES[key]
    items = {_name(item): item for item in surface.items.get(role.kind, [])}
    if bound := config.roles.get(key):
        return _play(items[bound], {}, role, config) if bound in items else None
    for name, arguments in role.known(surface).items():
        if name in items and _may_play(items[name], role, surface, config):
            return _play(items[name], arguments, role, config)
    for item in items.values():
        if role.fits and role.fits(item) and _may_play(item, role, surface, config):
            return _play(item, {}, role, config)
    return None


def _may_play(item: JsonObject, role: Role, surface: Surface, config: RunConfig) -> bool:
    """Well-known fixtures are made for tests; one that says itself that it writes is taken at its word."""
    if role.kind != "tools" or may_call(item, surface, config):
        return True
    return role.changes and _name(item) in role.names and not _says_it_writes(item)


def advice(key: str) -> str:
    """How to fill a role, in one line."""
    role = ROLES[key]
    kind = {"tools": "tool", "resources": "resource", "prompts": "prompt"}[role.kind]
    return f"bind role {key} to a {kind} that {role.does}: [roles] {key} = \"...\" in conformance.toml"


def _play(item: JsonObject, arguments: JsonObject, role: Role, config: RunConfig) -> Filled | None:
    if role.kind == "tools" and _name(item) in config.arguments:
        return Filled(item, dict(config.arguments[_name(item)]))
    if role.kind == "tools" and not arguments:
        made = make_arguments(item, config.arguments)
        return Filled(item, made.value) if made.value is not None else None
    if role.kind == "prompts" and not arguments:
        arguments = dict.fromkeys(required_arguments(item), "example")
    return Filled(item, dict(arguments))


def may_call(tool: Mapping[str, Any], surface: Surface, config: RunConfig) -> bool:
    """Whether this run may call a tool: bound by the user, read-only by its own word, a known fixture, or allowed.

    Without annotations a tool has to be taken for one that writes (schema, ToolAnnotations defaults).
    """
    hints, name = _hints(tool), str(tool.get("name"))
    if name in config.arguments or name in config.roles.values():
        return True
    if hints.get("destructiveHint") is True:
        return config.allow_destructive
    if hints.get("readOnlyHint") is True or config.allow_writes:
        return True
    return name in _known_fixtures(surface) and not _says_it_writes(tool)


def _hints(tool: Mapping[str, Any]) -> Mapping[str, Any]:
    annotations = tool.get("annotations")
    return annotations if isinstance(annotations, dict) else {}


def _says_it_writes(tool: Mapping[str, Any]) -> bool:
    hints = _hints(tool)
    return hints.get("readOnlyHint") is False or hints.get("destructiveHint") is True


def _known_fixtures(surface: Surface) -> set[str]:
    return {name for role in _tool_roles() if not role.changes for name in role.known(surface)}


def _tool_roles() -> list[Role]:
    return [role for role in ROLES.values() if role.kind == "tools"]


def callable_tools(surface: Surface, config: RunConfig) -> list[tuple[JsonObject, Arguments]]:
    """The tools that this run calls, each with its arguments or the reason why none could be made.

    Of more tools than `config.call_limit` a sample is taken, the same in each run: those that the user or a role
    names and those with an outputSchema first, then some from all over the list.
    """
    chosen = sample(_allowed(surface, config), surface, config)
    return [(tool, _arguments(tool, surface, config)) for tool in chosen]


def left_out(surface: Surface, config: RunConfig) -> int:
    """How many tools could be called and are not, because the limit is reached."""
    limit = config.call_limit
    return max(0, len(_allowed(surface, config)) - limit) if limit else 0


def _allowed(surface: Surface, config: RunConfig) -> list[JsonObject]:
    named = [tool for tool in surface.tools if isinstance(tool.get("name"), str)]
    return [tool for tool in named if may_call(tool, surface, config)]


def sample(tools: list[JsonObject], surface: Surface, config: RunConfig) -> list[JsonObject]:
    limit = config.call_limit
    if not limit or len(tools) <= limit:
        return tools
    ordered = sorted(tools, key=_name)
    named = {*config.arguments, *config.roles.values(), *_known_fixtures(surface)}
    first = [tool for tool in ordered if _name(tool) in named]
    structured = [tool for tool in ordered if _name(tool) not in named and "outputSchema" in tool]
    others = [tool for tool in ordered if _name(tool) not in named and "outputSchema" not in tool]
    chosen = _spread(first, limit)
    chosen += _spread(structured, (limit - len(chosen)) // 2)
    return chosen + _spread(others, limit - len(chosen))


def _spread(tools: list[JsonObject], count: int) -> list[JsonObject]:
    """At most `count` of the tools, evenly from the whole list."""
    if len(tools) <= count:
        return tools
    return [tools[index * len(tools) // count] for index in range(count)]


def _arguments(tool: JsonObject, surface: Surface, config: RunConfig) -> Arguments:
    """What a role would be called with, if the schema allows it; the slow one need not be slow here."""
    name = _name(tool)
    if name not in config.arguments:
        for role in _tool_roles():
            known = role.known(surface).get(name)
            if known and role.key != SLOW and accepts(tool, known):
                return Arguments(dict(known))
    return make_arguments(tool, config.arguments)


def required_arguments(prompt: Mapping[str, Any]) -> list[str]:
    """Names of the arguments that a prompt requires."""
    listed = prompt.get("arguments")
    arguments = listed if isinstance(listed, list) else []
    return [str(one["name"]) for one in arguments if isinstance(one, dict) and one.get("required") and "name" in one]


def _name(item: Mapping[str, Any]) -> str:
    return str(item.get("name") if "uri" not in item and "uriTemplate" not in item else
               item.get("uri", item.get("uriTemplate")))
