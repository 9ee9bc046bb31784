"""Ways to break one promise of the business API."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.reference.contracts.catalogue import contract_fault
from conformance.reference.contracts.level3.behaviour import Json, Level3Behaviour

B = Level3Behaviour


def _setting(**members: Any) -> Callable[[Json], Json]:
    return lambda body: {**body, **members}


def _in_error(**members: Any) -> Callable[[Json], Json]:
    """Changes the members of the error object; None takes one out."""

    def changed(body: Json) -> Json:
        error = {**body["error"], **members}
        return {"error": {name: value for name, value in error.items() if value is not None}}

    return changed


@contract_fault("level3", breaks="access-no-credentials")
def level3_open_to_everybody(b: B) -> B:
    """The API asks nobody for a credential."""
    return replace(b, credentials=False)


@contract_fault("level3", breaks="access-malformed-token")
def level3_any_token_will_do(b: B) -> B:
    """Any token is taken."""
    return replace(b, refuse_wrong_credential=False)


@contract_fault("level3", breaks="level3-bad-request-refused")
def level3_bad_request_as_fault(b: B) -> B:
    """A bad request ends in an internal error."""
    return replace(b, unreadable_status=500)


@contract_fault("level3", breaks="level3-errors-identified")
def level3_error_without_id(b: B) -> B:
    """Errors do not say which request they are about."""
    return replace(b, refusal=_in_error(request_id=None))


@contract_fault("level3", breaks="level3-errors-identified")
def level3_same_id_in_each_error(b: B) -> B:
    """Each error has the same id."""
    return replace(b, refusal=_in_error(request_id="req-1"))


@contract_fault("level3", breaks="level3-errors-hide-internals")
def level3_error_with_a_place(b: B) -> B:
    """An error shows where in the source it came from."""
    return replace(b, refusal=_in_error(message="at validate (/srv/app/engines/validation/engine.ts:120)"))


@contract_fault("level3", breaks="level3-pages")
def level3_no_pages(b: B) -> B:
    """Lists ignore limit and offset."""
    return replace(b, paging=False)


@contract_fault("level3", breaks="level3-pages")
def level3_page_is_the_total(b: B) -> B:
    """The total count is that of the page."""
    return replace(b, counts_page=True)


@contract_fault("level3", breaks="level3-page-size-bounded")
def level3_unbounded_pages(b: B) -> B:
    """A page may be of any size."""
    return replace(b, max_page=None)


@contract_fault("level3", breaks="level3-openapi-served")
def level3_api_without_paths(b: B) -> B:
    """The description of the API describes nothing."""
    return replace(b, openapi={"openapi": "3.0.3", "info": {}, "paths": {}})


@contract_fault("level3", breaks="level3-valid-data-passes")
def level3_valid_data_fails(b: B) -> B:
    """Right data is valid, and has errors."""
    wrong = [{"field": "name", "message": "is wrong", "code": "INVALID_VALUE"}]
    return replace(b, validation=lambda result: result if result["errors"] else {**result, "errors": wrong})


@contract_fault("level3", breaks="level3-invalid-data-told")
def level3_errors_without_fields(b: B) -> B:
    """Errors do not say which field they are about."""

    def nameless(result: Json) -> Json:
        return {**result, "errors": [{"message": one["message"]} for one in result["errors"]]}

    return replace(b, validation=nameless)


@contract_fault("level3", breaks="level3-unknown-schema-told")
def level3_unknown_schema_passes(b: B) -> B:
    """Everything fits a schema that does not exist."""
    return replace(b, unknown_schema_status=500)


@contract_fault("level3", breaks="level3-errors-bounded")
def level3_endless_errors(b: B) -> B:
    """Every fault is listed."""
    return replace(b, max_errors=100_000)


@contract_fault("level3", breaks="level3-upload-described")
def level3_wrong_checksum(b: B) -> B:
    """The checksum is not that of the content."""
    return replace(b, uploaded=_setting(checksum="0" * 64))


@contract_fault("level3", breaks="level3-upload-described")
def level3_wrong_size(b: B) -> B:
    """The size is that of the Base64 text."""
    return replace(b, uploaded=lambda told: {**told, "size_bytes": (told["size_bytes"] + 2) // 3 * 4})


@contract_fault("level3", breaks="level3-download-identical")
def level3_download_as_text(b: B) -> B:
    """Content is treated as text on its way out."""
    return replace(b, stored=lambda content: content.decode("utf-8", "replace").encode())


@contract_fault("level3", breaks="level3-download-identical")
def level3_download_cut_off(b: B) -> B:
    """The last byte is lost."""
    return replace(b, stored=lambda content: content[:-1])


@contract_fault("level3", breaks="level3-upload-deduplicated")
def level3_copies_of_uploads(b: B) -> B:
    """Each retry of an upload makes a copy."""
    return replace(b, same_upload="new")


@contract_fault("level3", breaks="level3-upload-conflict")
def level3_versions_change(b: B) -> B:
    """An upload replaces the content of a version."""
    return replace(b, other_upload_status=200)


@contract_fault("level3", breaks="level3-version-checked")
def level3_any_version(b: B) -> B:
    """Any text is a version."""
    return replace(b, version_status=200)


@contract_fault("level3", breaks="level3-upload-found")
def level3_search_finds_nothing(b: B) -> B:
    """Search finds nothing that was uploaded."""
    return replace(b, searchable=False)


@contract_fault("level3", breaks="level3-deleted-is-gone")
def level3_deletes_nothing(b: B) -> B:
    """What was deleted can still be downloaded."""
    return replace(b, delete_removes=False)


@contract_fault("level3", breaks="level3-old-versions-dropped")
def level3_keeps_all_versions(b: B) -> B:
    """All versions are kept for ever."""
    return replace(b, versions_kept=1000)


@contract_fault("level3", breaks="level3-usage-adds-up")
def level3_usage_does_not_add_up(b: B) -> B:
    """The use of the storage is more than its parts."""
    return replace(b, usage=lambda told: {**told, "total_size": told["total_size"] + 1})


@contract_fault("level3", breaks="level3-corruption-refused")
def level3_takes_corrupted_uploads(b: B) -> B:
    """Nobody compares the checksum of an upload."""
    return replace(b, checksum_status=200)


@contract_fault("level3", breaks="level3-audit-log")
def level3_nameless_audit_log(b: B) -> B:
    """The audit log does not say who it was."""
    return replace(b, audit=lambda entry: {**entry, "user": None})


@contract_fault("level3", breaks="level3-promotion-created")
def level3_promotion_in_no_state(b: B) -> B:
    """A new promotion has no creation time."""
    return replace(b, promotion=lambda told: {**told, "created_at": None})


@contract_fault("level3", breaks="level3-same-stage-refused")
def level3_promotes_in_place(b: B) -> B:
    """A promotion may lead to where it starts."""
    return replace(b, same_stage_status=201)


@contract_fault("level3", breaks="level3-stage-order-kept")
def level3_skips_stages(b: B) -> B:
    """A promotion may skip a stage, or go backwards."""
    return replace(b, skipped_stage_status=201)


@contract_fault("level3", breaks="level3-unknown-strategy-refused")
def level3_any_strategy(b: B) -> B:
    """Any strategy is taken."""
    return replace(b, unknown_strategy_status=201)


@contract_fault("level3", breaks="level3-approvals-counted")
def level3_one_person_counts_twice(b: B) -> B:
    """One person can give both approvals."""
    return replace(b, count_everybody_once=False)


@contract_fault("level3", breaks="level3-approvals-counted")
def level3_one_approval_is_enough(b: B) -> B:
    """One approval is enough for production."""
    return replace(b, approvals=(("staging", 1), ("production", 1)))


@contract_fault("level3", breaks="level3-rejection-ends")
def level3_rejection_is_ignored(b: B) -> B:
    """A rejected promotion goes on waiting."""
    return replace(b, rejection_counts=False)


@contract_fault("level3", breaks="level3-failure-rolled-back")
def level3_failure_stays(b: B) -> B:
    """A failed promotion stays as it is."""
    return replace(b, end_of_failure="failed")


@contract_fault("level3", breaks="level3-failure-rolled-back")
def level3_rollbacks_are_not_counted(b: B) -> B:
    """A failed promotion is rolled back, and nobody counts it."""
    return replace(b, uncounted=("promotion_rollbacks_total",))


@contract_fault("level3", breaks="level3-rollback-in-time")
def level3_rollback_refused(b: B) -> B:
    """No completed promotion can be rolled back."""
    return replace(b, rollback_status=500)


@contract_fault("level3", breaks="level3-rollback-needs-release")
def level3_rolls_back_nothing(b: B) -> B:
    """A promotion that never went live is rolled back."""
    return replace(b, rollback_without_release_status=200)


@contract_fault("level3", breaks="level3-states-legal")
def level3_states_go_back(b: B) -> B:
    """A promotion that is in progress goes back to where it was only approved."""
    return replace(b, states=("in_progress", "approved", "approved", "completed"))


@contract_fault("level3", breaks="level3-states-legal")
def level3_end_is_no_end(b: B) -> B:
    """A promotion that was completed is in progress again."""
    return replace(b, states=("in_progress", "completed", "in_progress"))


@contract_fault("level3", breaks="level3-validations-counted")
def level3_calls_are_not_counted(b: B) -> B:
    """The metrics of validations stand still."""
    return replace(b, traffic=replace(b.traffic, per_s=0), uncounted=("validation_total",))


@contract_fault("level3", breaks="level3-transfers-counted")
def level3_downloads_are_not_counted(b: B) -> B:
    """Nobody counts downloads."""
    return replace(b, traffic=replace(b.traffic, per_s=0), uncounted=("artifact_downloads_total",))


@contract_fault("level3", breaks="level3-download-unknown-refused")
def level3_empty_file_for_unknown(b: B) -> B:
    """An artifact that is not there is an empty file."""
    return replace(b, unknown_download_status=200)


@contract_fault("level3", breaks="level3-unknown-id-refused")
def level3_unknown_promotion_is_a_fault(b: B) -> B:
    """A promotion that is not there ends in an internal error."""
    return replace(b, unknown_promotion_status=500)


@contract_fault("level3", breaks="level3-approval-awaited")
def level3_starts_unapproved(b: B) -> B:
    """A promotion starts before anybody has approved it, and still asks for approval."""
    return replace(b, starts_unapproved=True)


@contract_fault("level3", breaks="level3-promotion-completes")
def level3_never_completes(b: B) -> B:
    """A promotion is in progress for ever."""
    return replace(b, states=("in_progress",))


@contract_fault("level3", breaks="level3-lookup-in-time")
def level3_slow_lookups(b: B) -> B:
    """Lookups of versions take too long."""
    return replace(b, versions_delay_real_s=0.6)


@contract_fault("level3", breaks="level3-lenient-mode")
def level3_always_strict(b: B) -> B:
    """Strictness cannot be switched off."""
    return replace(b, always_strict=True)


@contract_fault("level3", breaks="level3-validation-repeatable")
def level3_forgetful_validation(b: B) -> B:
    """A validation of the same data tells something else each time."""
    return replace(b, validation=_restless())


def _restless() -> Callable[[Json], Json]:
    told: list[str] = []

    def changed(result: Json) -> Json:
        told.append("")
        return {**result, "errors": [{**one, "message": f"wrong ({len(told)})"} for one in result["errors"]]}

    return changed
