"""Faults of completion."""

from conformance.protocol.revisions import MODERN, REVISIONS
from conformance.reference.catalogue import fault
from conformance.reference.exchange import Message, Request, Response
from conformance.reference.transformations import errors, requests, results

_COMPLETE = "completion/complete"
_WITH_CAPABILITY = REVISIONS[1:]


def _lacks_argument(request: Request) -> bool:
    return "name" not in (request.params.get("argument") or {})


def _unknown_prompt(request: Request) -> bool:
    return "no-such-prompt" in str((request.params.get("ref") or {}).get("name"))


@fault(breaks="completion-capability-declared", revisions=_WITH_CAPABILITY)
@results(("initialize", "server/discover"))
def completions_not_declared(result: Message, request: Request) -> None:
    """Values are suggested although the capability is not declared."""
    result["capabilities"].pop("completions", None)


@fault(breaks="completion-result-shape")
@results(_COMPLETE)
def completion_without_values(result: Message, request: Request) -> None:
    """A completion has no values."""
    del result["completion"]["values"]


@fault(breaks="completion-result-shape")
@results(_COMPLETE)
def completion_values_are_objects(result: Message, request: Request) -> None:
    """The values of a completion are objects with a label."""
    result["completion"]["values"] = [{"label": value} for value in result["completion"]["values"]]


@fault(breaks="completion-result-shape")
@results(_COMPLETE)
def completion_is_flat(result: Message, request: Request) -> None:
    """The values are in the result itself."""
    result.update(result.pop("completion"))


@fault(breaks="completion-result-shape", revisions=_WITH_CAPABILITY)
@requests(_COMPLETE)
def completion_declared_and_unknown(request: Request) -> Response:
    """Completions are declared, and the method is unknown."""
    status = 404 if request.revision in MODERN else 200
    return Response.of_error(request, -32601, "Method not found", status=status)


@fault(breaks="completion-max-100")
@results(_COMPLETE)
def completion_of_150_values(result: Message, request: Request) -> None:
    """All 150 values come at once."""
    completion = result["completion"]
    if len(completion["values"]) == 100:
        completion["values"] += [f"alpha-{number}" for number in range(100, 150)]
        completion["hasMore"] = False


@fault(breaks="completion-total-consistent")
@results(_COMPLETE)
def completion_total_is_zero(result: Message, request: Request) -> None:
    """The total is always zero."""
    result["completion"]["total"] = 0


@fault(breaks="completion-error-invalid-prompt", revisions=_WITH_CAPABILITY)
@requests(_COMPLETE, when=_unknown_prompt)
def completion_of_unknown_prompt_is_empty(request: Request) -> None:
    """An unknown prompt has no suggestions, and no error."""
    request.params["ref"]["name"] = "test_simple_prompt"


@fault(breaks="completion-error-missing-arguments", revisions=_WITH_CAPABILITY)
@errors(_COMPLETE, when=_lacks_argument)
def completion_without_argument_is_internal(error: Message, request: Request) -> None:
    """A completion without an argument is an internal error."""
    error["code"] = -32603


@fault(breaks="completion-validate-inputs-should")
@requests(_COMPLETE, when=lambda request: (request.params.get("ref") or {}).get("type") == "ref/nothing")
def completion_of_any_reference(request: Request) -> None:
    """The type of a reference is not looked at."""
    request.params["ref"]["type"] = "ref/prompt"


@fault(breaks="completion-sorted-by-relevance")
@requests(_COMPLETE)
def completion_unsorted(request: Request) -> None:
    """All options come in the order of the alphabet, whatever was typed."""
    argument = request.params.get("argument")
    if isinstance(argument, dict) and isinstance(argument.get("value"), str):
        argument["value"] = ""


@fault(breaks="completion-error-method-not-found", revisions=_WITH_CAPABILITY)
@results(("initialize", "server/discover", _COMPLETE))
def completion_is_a_stub(result: Message, request: Request) -> None:
    """Completions are not declared, yet answered, and without a value."""
    if "completion" in result:
        result["completion"] = {"values": []}
    else:
        result["capabilities"].pop("completions", None)
