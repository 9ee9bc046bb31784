"""The stream: a line for each thing that became known, readable while the run goes on."""

import json
from pathlib import Path
from typing import Any

import jsonschema
from referencing import Registry, Resource

from conformance.report.ndjson import Stream, render
from tests.report.formats import samples

SCHEMAS = Path(__file__).parents[3] / "schemas" / "reports"


def validator() -> jsonschema.Draft202012Validator:
    documents = [json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8")) for name in ("stream", "verdicts")]
    registry: Registry[Any] = Registry().with_resources((one["$id"], Resource.from_contents(one)) for one in documents)
    return jsonschema.Draft202012Validator(documents[0], registry=registry)


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_each_line_is_valid() -> None:
    validator().check_schema(json.loads((SCHEMAS / "stream.json").read_text(encoding="utf-8")))
    head = {**samples.HEAD, "summary": {"complete": False}}

    found = lines(render(head, samples.ALL))

    assert [problem.message for line in found for problem in validator().iter_errors(line)] == []
    assert [line["type"] for line in found] == ["head", *["verdict"] * len(samples.ALL), "summary"]
    assert found[-1] == {"type": "summary", "count": len(samples.ALL), "complete": False}


def test_the_schema_refuses_other_lines() -> None:
    head, verdict, summary = lines(render({**samples.HEAD, "summary": {"complete": False}}, [samples.PASSED]))

    for wrong in ({**head, "type": "verdict"}, {**verdict, "status": "maybe"}, {**summary, "count": -1}, {"type": "x"}):
        assert not validator().is_valid(wrong), wrong


def test_a_verdict_is_there_before_the_next_one(tmp_path: Path) -> None:
    path = tmp_path / "new" / "verdicts.ndjson"
    stream = Stream(path, samples.HEAD)

    for count, verdict in enumerate(samples.ALL):
        found = path.read_text(encoding="utf-8")
        assert found.endswith("\n")
        assert len(lines(found)) == 1 + count
        stream.add(verdict.to_json())
    stream.finish(samples.HEAD["summary"])

    assert path.read_text(encoding="utf-8") == render(samples.HEAD, samples.ALL)


def test_no_text_ends_a_line_or_a_document() -> None:
    text = render(samples.hostile_head(), samples.hostile())

    assert text.isascii()
    assert len(text.splitlines()) == 2 + len(samples.hostile())
    assert not set(text) & {chr(code) for code in range(32) if chr(code) != "\n"}
