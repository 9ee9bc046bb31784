"""Completion (server/utilities/completion)."""

from collections.abc import Iterator
from typing import Any

import pytest

from conformance.checks import capability, expect, not_applicable, not_testable, requirement
from conformance.checks.outcomes import Blocked
from conformance.checks.rules.mrtr import asks
from conformance.checks.uris import TOKEN, variables
from conformance.protocol.formats import is_uri_template
from conformance.protocol.messages import INVALID_PARAMS, METHOD_NOT_FOUND, JsonObject
from conformance.protocol.peer import Peer
from conformance.protocol.reply import Reply
from conformance.target.profile import Surface

COMPLETE = "completion/complete"
MOST = 8
"""How many prompt arguments and template variables are completed."""

Target = tuple[JsonObject, str]
"""A reference, and the name of an argument of what it refers to."""


@requirement("completion-capability-declared")
def test_offered_completions_are_declared(peer: Peer, surface: Surface) -> None:
    """A server that suggests values has declared the capability."""
    if surface.declares("completions"):
        return
    for ref, name in _targets(surface, 3):
        reply = _complete(peer, ref, name)
        said = "no values, since the capability completions is not declared"
        expect(reply).that(not _values(reply), said)
    not_applicable("no completions are offered")


@requirement("completion-error-method-not-found")
def test_without_the_capability_the_method_is_unknown(peer: Peer, surface: Surface) -> None:
    """A server that did not declare completions answers -32601."""
    if surface.declares("completions"):
        not_applicable("the capability completions is declared")
    ref, name = next(_targets(surface, 1), (_unknown_prompt(), "argument"))
    reply = _complete(peer, ref, name)
    if _values(reply):
        raise Blocked("values are suggested, so completion is supported", "completion-capability-declared")
    expect(reply).error(METHOD_NOT_FOUND)


@requirement("completion-result-shape")
def test_completions_conform(peer: Peer, surface: Surface) -> None:
    """Arguments of prompts and variables of templates are completed; what comes is judged as traffic too."""
    if surface.revision > "2024-11-05" and not surface.declares("completions"):
        not_applicable("the capability completions is not declared")
    replies = {name: _complete(peer, ref, name) for ref, name in _targets(surface, MOST)}
    answered = {name: reply for name, reply in replies.items() if reply.has_result}
    for name, reply in answered.items():
        if asks(reply):
            raise Blocked("the completion asks for input", by="mrtr-only-supported-methods")
        expect(reply).that(isinstance(reply.result.get("completion"), dict), f"a completion for {name}")
    if not answered:
        for reply in replies.values():
            known = reply.error_code != METHOD_NOT_FOUND or not surface.declares("completions")
            expect(reply).that(known, "completion/complete to be served, as completions are declared")
        not_testable("there is no prompt argument or template variable that the server completes")


@requirement("completion-error-invalid-prompt")
@capability("completions")
def test_an_unknown_prompt_is_an_invalid_parameter(peer: Peer, surface: Surface) -> None:
    """Completing an argument of a prompt that does not exist is answered with -32602."""
    reply = _complete(peer, _unknown_prompt(), "argument")
    _need_known(reply, peer, surface)
    expect(reply).error(INVALID_PARAMS)


@requirement("completion-error-missing-arguments")
@capability("completions")
@pytest.mark.parametrize("argument", [None, {"value": ""}], ids=["no-argument", "no-name"])
def test_a_missing_argument_is_an_invalid_parameter(peer: Peer, surface: Surface, argument: Any) -> None:
    """Without `argument`, or without its name, the request cannot be answered."""
    params = {"ref": _any_target(surface)[0]} | ({} if argument is None else {"argument": argument})
    reply = peer.request(COMPLETE, params, probe=True)
    _need_known(reply, peer, surface)
    expect(reply).error(INVALID_PARAMS)


@requirement("completion-validate-inputs-should")
@capability("completions")
@pytest.mark.parametrize("kind", ["wrong-ref-type", "number-as-name", "no-value", "number-as-value"])
def test_wrong_inputs_give_no_suggestions(peer: Peer, surface: Surface, kind: str) -> None:
    """What the schema does not allow is refused, or at least answered without values."""
    ref, name = _any_target(surface)
    argument: JsonObject = {"name": name, "value": ""}
    if kind == "wrong-ref-type":
        ref = {**ref, "type": "ref/nothing"}
    elif kind == "number-as-name":
        argument["name"] = 42
    elif kind == "no-value":
        del argument["value"]
    else:
        argument["value"] = 42
    reply = peer.request(COMPLETE, {"ref": ref, "argument": argument}, probe=True)
    expect(reply).that(reply.refused or not _values(reply), f"no suggestions for {kind.replace('-', ' ')}")


@requirement("completion-sorted-by-relevance")
@capability("completions")
def test_a_value_that_is_typed_in_full_comes_first(peer: Peer, surface: Surface) -> None:
    """Nothing is more relevant to a text than the option that it is."""
    for ref, name in _targets(surface, MOST):
        options = _values(_complete(peer, ref, name))
        if len(options) > 1:
            value = options[-1]
            reply = _complete(peer, ref, name, value)
            found = _values(reply)
            expect(reply).that(value not in found or found[0] == value, f"{value!r}, typed in full, to come first")
            return
    not_testable("no argument has more than one suggestion")


def _complete(peer: Peer, ref: JsonObject, name: str, value: str = "") -> Reply:
    return peer.request(COMPLETE, {"ref": ref, "argument": {"name": name, "value": value}})


def _need_known(reply: Reply, peer: Peer, surface: Surface) -> None:
    """A method that is unknown for whatever it is asked is the finding of another rule."""
    if reply.error_code != METHOD_NOT_FOUND:
        return
    for ref, name in _targets(surface, 1):
        if _complete(peer, ref, name).error_code == METHOD_NOT_FOUND:
            raise Blocked("completion/complete is declared, and unknown", "completion-result-shape")


def _values(reply: Reply) -> list[str]:
    completion = reply.result.get("completion") if reply.has_result else None
    values = completion.get("values") if isinstance(completion, dict) else None
    return [one for one in values if isinstance(one, str)] if isinstance(values, list) else []


def _targets(surface: Surface, most: int) -> Iterator[Target]:
    """Arguments of prompts and variables of templates, by turns, at most so many."""
    prompts, templates = list(_prompt_arguments(surface)), list(_template_variables(surface))
    half = max(most - len(templates), (most + 1) // 2)
    chosen = [*prompts[:half], *templates]
    yield from chosen[:most]


def _prompt_arguments(surface: Surface) -> Iterator[Target]:
    for prompt in surface.prompts:
        arguments = prompt.get("arguments")
        for one in arguments if isinstance(arguments, list) else ():
            if isinstance(one, dict) and isinstance(one.get("name"), str) and isinstance(prompt.get("name"), str):
                yield {"type": "ref/prompt", "name": prompt["name"]}, one["name"]


def _template_variables(surface: Surface) -> Iterator[Target]:
    for template in surface.templates:
        text = template.get("uriTemplate")
        for name in variables(text) if isinstance(text, str) and is_uri_template(text) else ():
            yield {"type": "ref/resource", "uri": text}, name


def _any_target(surface: Surface) -> Target:
    """One whose argument has suggestions cannot be known beforehand; the first will do."""
    return next(_targets(surface, 1), None) or not_testable("there is no prompt argument and no template variable")


def _unknown_prompt() -> JsonObject:
    return {"type": "ref/prompt", "name": f"no-such-prompt-{TOKEN}"}
