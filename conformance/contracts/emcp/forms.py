"""Which of the accepted forms an answer has."""

from collections.abc import Callable
from typing import Any

from conformance.checks.expect import describe
from conformance.checks.outcomes import violation
from conformance.contracts.emcp.settings import Form
from conformance.protocol.reply import Reply

RecordForm = Callable[[str], None]


def form_of(reply: Reply, accepted: Form) -> str | None:
    """The accepted form in which the target answered, in words; None when it is another one."""
    code = reply.error_code
    if code is not None and reply.status == 200 and code in accepted.rpc_code and not isinstance(code, bool):
        return f"JSON-RPC error {code}"
    if reply.status in accepted.status:
        return f"HTTP {reply.status}"
    if accepted.is_error and reply.status == 200 and reply.has_result and reply.result.get("isError") is True:
        return "a result with isError"
    if accepted.counteroffer and reply.has_result and isinstance(reply.result.get("protocolVersion"), str):
        return f"a result with the version {reply.result['protocolVersion']}"
    return None


def in_words(accepted: Form) -> str:
    parts = ["JSON-RPC error " + " or ".join(map(str, accepted.rpc_code))] if accepted.rpc_code else []
    parts += ["HTTP " + " or ".join(map(str, accepted.status))] if accepted.status else []
    parts += ["a result with isError"] if accepted.is_error else []
    parts += ["a result with another version"] if accepted.counteroffer else []
    return ", or ".join(parts)


def need_form(reply: Reply, accepted: Form, why: str) -> str:
    """The accepted form in which the target answered; a violation when it is none of them."""
    found = form_of(reply, accepted)
    if found is None:
        violation(f"{in_words(accepted)} ({why})", describe(reply), reply)
    return found


def filled(arguments: Any, values: dict[str, Any]) -> Any:
    """Arguments with each text that is one placeholder, such as `{id}`, replaced by its value."""
    if isinstance(arguments, dict):
        return {name: filled(value, values) for name, value in arguments.items()}
    if isinstance(arguments, list | tuple):
        return [filled(value, values) for value in arguments]
    if isinstance(arguments, str) and arguments[:1] == "{" and arguments[-1:] == "}":
        return values.get(arguments[1:-1], arguments)
    return arguments
