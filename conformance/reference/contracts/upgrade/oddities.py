"""Unusual, and within the upgrade contract."""

from dataclasses import replace

from conformance.reference.contracts.catalogue import contract_oddity
from conformance.reference.contracts.upgrade.behaviour import Json, UpgradeBehaviour
from conformance.reference.contracts.upgrade.changes import each, failing, of_tool, with_members

B = UpgradeBehaviour


@contract_oddity("upgrade", because="the order of a list is not promised")
def canary_reorders_tools(b: B) -> B:
    """The canary lists its tools in the opposite order."""
    return replace(b, canary_tools=lambda tools: tools[::-1])


@contract_oddity("upgrade", because="the order of required members and of properties means nothing in JSON Schema")
def canary_reorders_schemas(b: B) -> B:
    """The canary writes the members of its schemas in another order."""

    def change(tool: Json) -> Json:
        schema = tool["inputSchema"]
        turned = {**schema, "properties": dict(reversed(schema["properties"].items()))}
        required = {"required": schema["required"][::-1]} if "required" in schema else {}
        return {**tool, "inputSchema": turned | required}

    return replace(b, canary_tools=each(change))


@contract_oddity("upgrade", because="words for people may change with a version")
def canary_rewords_descriptions(b: B) -> B:
    """The canary describes its tools in other words."""
    return replace(b, canary_tools=each(lambda tool: {**tool, "description": "Better than ever.", "title": "New"}))


@contract_oddity("upgrade", because="process ids, times and counters of uptime are not compared")
def canary_notes_differ(b: B) -> B:
    """The canary writes other notes, another time and another process id."""
    changed = with_members(notes="a canary", generated_at="2026-01-01T00:00:00Z", pid=7)
    return replace(b, canary_answer=of_tool("orchestrator_status", changed))


@contract_oddity("upgrade", because="three names of the refusal are documented (A-WVO-15)")
def dry_refusal_by_another_code(b: B) -> B:
    """A dry worker refuses by the code of the documents."""
    return replace(b, dry_code="dry_run_no_mutation")


@contract_oddity("upgrade", because="a number within ten percent is within the guardrails")
def canary_queues_a_little_more(b: B) -> B:
    """The canary's queue is one longer."""
    return replace(b, canary_answer=of_tool("operations", with_members(queueLength=13)))


@contract_oddity("upgrade", because="eighty percent in the same order are enough")
def canary_swaps_two_tasks(b: B) -> B:
    """The canary plans one task later."""

    def swapped(said: Json) -> Json:
        first, second, *rest = said["tasks"]
        return {**said, "tasks": [second, first, *rest]}

    return replace(b, canary_answer=of_tool("schedule", swapped))


@contract_oddity("upgrade", because="SDKs put a text into structured content; a refusal is structured without isError")
def results_are_texts(b: B) -> B:
    """Results are texts with JSON, also in the structured content, and no result says isError."""
    return replace(b, wraps_texts=True)


@contract_oddity("upgrade", because="a single failed health check is no outage (R-WVO-06)")
def health_fails_twice(b: B) -> B:
    """Two health checks in a row fail, and no third."""
    return replace(b, active_answer=failing("health", when=lambda count: count in (60, 61)))


@contract_oddity("upgrade", because="admin and routing tools are off by default")
def tools_are_off(b: B) -> B:
    """The admin and routing tools are off, as after an installation."""
    return replace(b, flags=())


@contract_oddity("upgrade", because="a way back may be there")
def way_back_works(b: B) -> B:
    """A rollback is carried out."""
    return replace(b, way_back="")


@contract_oddity("upgrade", because="a flag may be seen half a second later (R-WVO-22)")
def flags_take_their_time(b: B) -> B:
    """A flag is seen after a while, within the limit."""
    return replace(b, flag_delay_s=20)


@contract_oddity("upgrade", because="a snapshot may show the canary; then nothing is promoted by a check")
def snapshot_shows_the_canary(b: B) -> B:
    """The worker snapshot tells of the canary."""
    return replace(b, shows_canary=True)
