"""eMCP: arguments that have to be refused (docs/contracts/emcp.md).

What is sent is data: the calls of a rule are in the profile, under `[emcp.refused]`.
"""

from typing import Any

import pytest

from conformance.checks import not_applicable
from conformance.contracts import Caller, Profile, rule
from conformance.contracts.emcp.forms import RecordForm, need_form
from conformance.contracts.emcp.toolset import Toolset, served

SECTION = "emcp"


class Refused:
    """Makes the calls of a rule, each of which has to be refused for its arguments."""

    def __init__(self, toolset: Toolset, record_form: RecordForm) -> None:
        self.toolset = toolset
        self._record = record_form

    def __call__(self, rule: str) -> None:
        calls = self.toolset.settings.refused.get(rule) or not_applicable(f"the profile has no calls under {rule}")
        for call in calls:
            self.toolset.need_running(call.tool)
            reply = self.toolset.call(call)
            self._record(need_form(reply, self.toolset.settings.forms.arguments, call.why))


@pytest.fixture(scope="module")
def known() -> dict[str, dict[str, Any]]:
    return {}


@pytest.fixture
def refused(caller: Caller, profile: Profile, known: dict[str, dict[str, Any]], record_form: RecordForm) -> Refused:
    assert profile.emcp is not None
    return Refused(Toolset(caller, profile.emcp, known.setdefault(profile.name, {})), record_form)


@rule("emcp-arguments-limit-required")
def test_a_limit_is_required(refused: Refused) -> None:
    """A list without a limit is refused."""
    refused("emcp-arguments-limit-required")


@rule("emcp-arguments-limit-positive")
def test_a_limit_is_positive(refused: Refused) -> None:
    """No limit below 1."""
    refused("emcp-arguments-limit-positive")


@rule("emcp-arguments-limit-cap")
def test_a_limit_has_a_cap(refused: Refused) -> None:
    """No limit above the largest."""
    refused("emcp-arguments-limit-cap")


@rule("emcp-arguments-offset-cap")
def test_an_offset_has_a_cap(refused: Refused) -> None:
    """No offset above the largest."""
    refused("emcp-arguments-offset-cap")


@rule("emcp-arguments-depth-cap")
def test_a_depth_has_a_cap(refused: Refused) -> None:
    """No depth above the largest."""
    refused("emcp-arguments-depth-cap")


@rule("emcp-arguments-order-field")
def test_only_listed_fields_sort(refused: Refused) -> None:
    """No sorting by other fields."""
    refused("emcp-arguments-order-field")


@rule("emcp-arguments-order-direction")
def test_directions_are_asc_and_desc(refused: Refused) -> None:
    """No other direction."""
    refused("emcp-arguments-order-direction")


@rule("emcp-arguments-filter-structured")
def test_raw_filters_are_refused(refused: Refused) -> None:
    """No query language of the CMS."""
    refused("emcp-arguments-filter-structured")


@rule("emcp-arguments-filter-operator")
def test_only_listed_operators_filter(refused: Refused) -> None:
    """No other operator."""
    refused("emcp-arguments-filter-operator")


@rule("emcp-arguments-cast")
def test_only_listed_casts_are_used(refused: Refused) -> None:
    """No other cast, and no decimals for sorting."""
    refused("emcp-arguments-cast")


@rule("emcp-arguments-filter-separators")
def test_separators_are_refused_in_values(refused: Refused) -> None:
    """No second condition in a value."""
    refused("emcp-arguments-filter-separators")


@rule("emcp-arguments-filter-empty-list")
def test_a_choice_has_values(refused: Refused) -> None:
    """No choice among nothing."""
    refused("emcp-arguments-filter-empty-list")


@rule("emcp-arguments-tv-name")
def test_names_of_variables_are_plain(refused: Refused) -> None:
    """No other characters in the name of a template variable."""
    refused("emcp-arguments-tv-name")


@rule("emcp-arguments-tags")
def test_a_filter_by_tags_has_tags(refused: Refused) -> None:
    """No filter by no tags."""
    refused("emcp-arguments-tags")


@rule("emcp-arguments-id")
def test_an_id_is_a_positive_number(refused: Refused) -> None:
    """No zero, and no text."""
    refused("emcp-arguments-id")


@rule("emcp-arguments-model-field")
def test_models_are_filtered_by_public_fields(refused: Refused) -> None:
    """No filter by a field that is not shown."""
    refused("emcp-arguments-model-field")


@rule("emcp-arguments-model-filter")
def test_filters_of_models_are_structured(refused: Refused) -> None:
    """No other operator, and no raw filter."""
    refused("emcp-arguments-model-filter")


@rule("emcp-arguments-range")
def test_a_range_ends_after_it_begins(refused: Refused) -> None:
    """No range that ends before it begins."""
    refused("emcp-arguments-range")


@rule("emcp-arguments-name-required")
def test_a_call_names_a_tool(refused: Refused, record_form: RecordForm) -> None:
    """Without a name there is nothing to call."""
    reply = served(refused.toolset.ask("tools/call", {"arguments": {}}))
    record_form(need_form(reply, refused.toolset.settings.forms.missing_name, "no name"))


@rule("emcp-arguments-unknown-tool")
def test_an_unknown_tool_is_an_error(refused: Refused, record_form: RecordForm) -> None:
    """A tool that nobody has is not called."""
    settings = refused.toolset.settings
    name = settings.unknown_tool or not_applicable("the profile names no unknown tool")
    reply = served(refused.toolset.ask("tools/call", {"name": name, "arguments": {}}))
    record_form(need_form(reply, settings.forms.unknown_tool, f"the tool {name}"))
