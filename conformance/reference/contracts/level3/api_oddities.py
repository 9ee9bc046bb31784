"""Unusual behaviour of the business API that keeps every promise."""

from dataclasses import replace

from conformance.reference.contracts.catalogue import contract_oddity
from conformance.reference.contracts.level3.behaviour import Json, Level3Behaviour

B = Level3Behaviour


@contract_oddity("level3", because="set b states no success codes; 200, 201 and 202 are accepted (A-L3-18)")
def level3_other_success_codes(b: B) -> B:
    """Everything that is made is answered with 200."""
    return replace(b, upload_status=200, promotion_created_status=200, rollback_status=200)


@contract_oddity("level3", because="a retry may be told apart from a copy by a conflict")
def level3_conflict_on_retry(b: B) -> B:
    """The same upload again is a conflict."""
    return replace(b, same_upload="conflict")


@contract_oddity("level3", because="a page that is too large may be cut to the largest one")
def level3_capped_pages(b: B) -> B:
    """A page that is too large is cut."""
    return replace(b, cap_pages=True)


@contract_oddity("level3", because="an unknown schema may be told by a result that is not valid")
def level3_unknown_schema_as_result(b: B) -> B:
    """An unknown schema is an error of the data."""
    return replace(b, unknown_schema_status=200)


@contract_oddity("level3", because="documents spell states in three ways, and approval may be a state (A-L3-16)")
def level3_other_states(b: B) -> B:
    """States are spelled with hyphens, and more of them are told."""
    spelled = {"pending_approval": "pending", "in_progress": "in-progress", "rolled_back": "rolled-back"}

    def told(promotion: Json) -> Json:
        return {**promotion, "state": spelled.get(promotion["state"], promotion["state"])}

    return replace(b, promotion=told, states=("approved", "in_progress", "completed"))


@contract_oddity("level3", because="errors may have details, and checksums a prefix that names the algorithm")
def level3_talkative(b: B) -> B:
    """Errors have details, checksums name their algorithm, answers have members that nobody knows."""

    def detailed(body: Json) -> Json:
        return {"error": {**body["error"], "details": {"hint": "see the documents"}}, "meta": {"node": "a"}}

    return replace(b, refusal=detailed, uploaded=lambda told: {**told, "checksum": f"sha256:{told['checksum']}"})
