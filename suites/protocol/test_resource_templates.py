"""Resource templates (server/resources#resource-templates)."""

from collections.abc import Iterator

from conformance.checks import capability, expect, not_applicable, not_testable, requirement
from conformance.checks.uris import expand, variables
from conformance.protocol.formats import is_uri, is_uri_template
from conformance.protocol.messages import JsonObject
from conformance.protocol.peer import Peer
from conformance.target.profile import Surface

KNOWN_VALUES = {"test://template/{id}/data": ["123", "456"]}
"""Templates that conformance servers share, with values that they have to take."""


@requirement("resources-templates-result-shape")
@capability("resources")
def test_every_page_of_templates_conforms(peer: Peer) -> None:
    """A server need not have templates; if it lists them, the list is as the schema says."""
    for number, reply in enumerate(peer.pages("resources/templates/list", limit=30)):
        if not reply.has_result and number == 0:
            not_applicable(f"templates are not offered ({reply.outcome})")
        if reply.has_result:
            templates = reply.result.get("resourceTemplates")
            expect(reply).that(isinstance(templates, list), "an array of resourceTemplates")


@requirement("resources-template-mime-uniform")
@capability("resources")
def test_resources_of_a_template_have_its_type(peer: Peer, surface: Surface) -> None:
    """A template that names a mimeType does so for all resources that it gives."""
    looked_at = 0
    for template, uri in _expansions(peer, surface):
        reply = peer.request("resources/read", {"uri": uri})
        contents = reply.result.get("contents") if reply.has_result else None
        for one in contents if isinstance(contents, list) and len(contents) == 1 else ():
            if isinstance(one, dict) and isinstance(one.get("mimeType"), str):
                looked_at += 1
                expected = f"{template['mimeType']}, as {template['uriTemplate']} says, for {uri}"
                expect(reply).that(_same_type(one["mimeType"], template["mimeType"]), expected, one["mimeType"])
    if not looked_at:
        not_testable("no template with a mimeType has values that are known or suggested by completion")


def _expansions(peer: Peer, surface: Surface) -> Iterator[tuple[JsonObject, str]]:
    """URIs of templates with a mimeType and one variable, whose values the server suggests itself."""
    known = [one for one in surface.templates if is_uri_template(one.get("uriTemplate"))]
    typed = [one for one in known if isinstance(one.get("mimeType"), str)]
    for template in typed[:3]:
        text = str(template.get("uriTemplate"))
        names = variables(text)
        values = KNOWN_VALUES.get(text) or (_suggested(peer, surface, text, names[0]) if len(names) == 1 else [])
        for value in values[:2]:
            uri = expand(text, {names[0]: value})
            if uri and is_uri(uri):
                yield template, uri


def _suggested(peer: Peer, surface: Surface, template: str, variable: str) -> list[str]:
    if not surface.declares("completions"):
        return []
    ref = {"type": "ref/resource", "uri": template}
    reply = peer.request("completion/complete", {"ref": ref, "argument": {"name": variable, "value": ""}})
    completion = reply.result.get("completion") if reply.has_result else None
    values = completion.get("values") if isinstance(completion, dict) else None
    return [one for one in values if isinstance(one, str) and one] if isinstance(values, list) else []


def _same_type(first: str, second: str) -> bool:
    """Equal up to case and parameters."""
    return first.partition(";")[0].strip().lower() == second.partition(";")[0].strip().lower()
