"""The section `[emcp]` of a profile: the names, fields and limits of a toolset, and which answers are accepted.

An operator with another toolset changes data only. A text in `arguments` that is one placeholder, such as `"{id}"`,
stands for a value that the check fills in: `{id}`, `{model}`, `{offset}`, `{limit}`.
"""

from typing import Any

from msgspec import Struct

from conformance.contracts.refusals import Refusal


class ToolCall(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A call of a tool. `why` says what is wrong with it, where it is to be refused."""

    tool: str
    arguments: dict[str, Any] = {}
    why: str = ""


class Form(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Answers that are accepted: a JSON-RPC error with one of these codes, a result with `isError`, or one of these
    HTTP statuses."""

    rpc_code: tuple[int, ...] = ()
    is_error: bool = False
    status: tuple[int, ...] = ()
    counteroffer: bool = False
    """For an unsupported version: a result with another one."""


class Forms(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The accepted forms of what the sources describe in more than one way; --strict-profile narrows them."""

    arguments: Form = Form(rpc_code=(-32602,), is_error=True)
    missing_name: Form = Form(rpc_code=(-32602,))
    unknown_tool: Form = Form(rpc_code=(-32601, -32602))
    unknown_method: Form = Form(rpc_code=(-32601,))
    not_json: Form = Form(rpc_code=(-32700,))
    wrong_envelope: Form = Form(rpc_code=(-32600,))
    batch: Form = Form(rpc_code=(-32600,))
    empty_body: Form = Form(rpc_code=(-32700, -32600))
    unsupported_version: Form = Form(rpc_code=(-32602,), counteroffer=True)
    initialized: Form = Form(status=(202,))


class Shape(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Dotted paths in the structured content of a result, and the names of two fields of an item."""

    items: str = "items"
    item: str = "item"
    limit: str = "meta.limit"
    offset: str = "meta.offset"
    count: str = "meta.count"
    version: str = "meta.toolsetVersion"
    model: str = "meta.model"
    id: str = "id"
    parent: str = "parent"


class Golden(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fixture that the live answer to a request has to match: `at` is the path of what it shows in the response,
    `equal` the paths in it whose values are the same and not only of the same kind."""

    file: str
    method: str = "tools/call"
    params: dict[str, Any] = {}
    at: str = ""
    equal: tuple[str, ...] = ()


class Audit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The audit log. `schema` describes a line; the paths are those of its members. `masked` are names of members
    that are `mask` wherever they occur."""

    schema: str = "emcp-audit-line"
    marker: str = ""
    """Lines without this text are not of the audit."""
    trace_id: str = "trace_id"
    status: str = "status"
    method: str = "method"
    server: str = "server_handle"
    masked: tuple[str, ...] = ()
    mask: str = "[REDACTED]"
    patience_s: float = 5


class Emcp(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the server behind the gates promises. What is empty is not promised, and not judged."""

    platform: str = ""
    toolset_version: str = ""
    toolset_version_path: str = "capabilities.evo.toolsetVersion"
    """Where the result of initialize has it."""
    session_header: str = "MCP-Session-Id"
    revisions: tuple[str, ...] = ()
    """Protocol versions, the newest first."""
    unsupported_revision: str = "1999-01-01"
    second_route: str = ""
    """A route with credentials of its own (`second_persona`) at which the handshake is the same."""
    second_persona: str = ""
    admin_persona: str = "admin"
    """Whose scopes cover every method; without it the credential of the run is used."""

    canonical_tools: tuple[str, ...] = ()
    optional_tools: tuple[str, ...] = ()
    reserved_prefix: str = ""
    vendor_dots: int = 2
    """How many dots the name of any other tool has at least."""
    write_prefix: str = ""

    calls: dict[str, ToolCall] = {}
    """By what they are for: search, page, get, tree, ancestors, children, descendants, siblings, model_list,
    model_get."""
    absent_id: int = 2147483647
    shape: Shape = Shape()
    fields: tuple[str, ...] = ()
    """The public fields of a content item; `more_fields` come when they are asked for."""
    more_fields: tuple[str, ...] = ()
    models: dict[str, tuple[str, ...]] = {}
    """The published models and their public fields; a model without fields is left out."""
    unlisted_model: str = ""
    people: str = ""
    """The model with accounts, and in `person_id` the id of one."""
    person_id: int = 1
    secrets: tuple[str, ...] = ()
    """Names of members that occur in no answer, at any depth."""

    refused: dict[str, tuple[ToolCall, ...]] = {}
    """Calls whose arguments are refused, by the rule that they judge."""
    unknown_tool: str = ""
    unknown_method: str = "no/such"
    leaks: tuple[str, ...] = ()
    """Regular expressions of what no error text shows: traces, paths, SQL."""
    denied_tool: str = ""
    """A tool that writes, which is refused whether it exists or not; `denied_by_policy` is one that this installation
    denies."""
    denied_by_policy: str = ""
    denied: Refusal = Refusal(status=(403,), code=("tool_denied",))
    dispatch_route: str = ""

    forms: Forms = Forms()
    golden: tuple[Golden, ...] = ()
    audit: Audit | None = None
