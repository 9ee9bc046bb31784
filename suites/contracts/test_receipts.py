"""Receipts, packets and summaries of rehearsals (docs/contracts/receipts.md)."""

import time
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path

import pytest

from conformance.checks import not_applicable, not_testable, violation
from conformance.contracts import Evidence, Profile, rule
from conformance.contracts.paths import at_path
from conformance.contracts.receipts import gauges, growth, packet, receipt, summary
from conformance.contracts.receipts.reading import content, document, known_document, names_in
from conformance.contracts.receipts.settings import Receipts
from conformance.contracts.rules import load

SECTION = "receipts"


@pytest.fixture
def settings(profile: Profile) -> Receipts:
    return profile.receipts or Receipts()


def _expect_none(problems: Iterable[str], id: str) -> None:
    """None of the problems that a rule looks for."""
    if listed := list(problems):
        violation(load()[id].text, "; ".join(listed))


def _ledger(evidence: Evidence, name: str = "ledger") -> Path:
    path = evidence.path(name)
    return path if path.is_file() else not_testable(f"the {name} cannot be read: {path} is no file")


@rule("receipt-form")
def test_receipt_has_its_form(evidence: Evidence, settings: Receipts) -> None:
    """The smoke receipt has its stage, its targets, the session of the first service, and a list of failures."""
    _expect_none(receipt.form(document(evidence, "receipt"), settings), "receipt-form")


@rule("receipt-no-failures")
def test_receipt_lists_no_failure(evidence: Evidence, settings: Receipts) -> None:
    """The smoke receipt lists no failure, whatever the exit code of its run was."""
    found = known_document(evidence, "receipt", "receipt-form")
    _expect_none(receipt.failures(found, settings), "receipt-no-failures")


@rule("receipt-verdict")
def test_verdict_is_that_of_the_failures(evidence: Evidence, settings: Receipts) -> None:
    """The verdict of the receipt is that of its failures."""
    found = known_document(evidence, "receipt", "receipt-form")
    _expect_none(receipt.verdict(found, settings), "receipt-verdict")


@rule("receipt-context-accepted")
def test_receipt_shows_the_context(evidence: Evidence, settings: Receipts) -> None:
    """The receipt shows that the context of the rehearsal was accepted."""
    found = known_document(evidence, "receipt", "receipt-form")
    _expect_none(receipt.context(found, settings), "receipt-context-accepted")


@rule("receipt-heartbeat")
def test_heartbeat_of_the_receipt_expires_in_time(evidence: Evidence, settings: Receipts) -> None:
    """The expiry in the receipt's heartbeat is later than the run, and not later than a credential may last."""
    found = known_document(evidence, "receipt", "receipt-form")
    if at_path(found, settings.heartbeat) is None:
        not_applicable("the receipt has no heartbeat: it was skipped")
    _expect_none(receipt.heartbeat(found, settings), "receipt-heartbeat")


@rule("receipt-ledger-grew")
def test_ledger_grew(evidence: Evidence, settings: Receipts) -> None:
    """The run appended a line to the ledger for each required connector."""
    added = growth.added(_ledger(evidence), _ledger(evidence, "ledger-before"))
    _expect_none(growth.grown(added, settings), "receipt-ledger-grew")


@rule("receipt-ledger-rotation")
def test_whole_rotation_was_appended(evidence: Evidence, settings: Receipts) -> None:
    """The run appended the lines of a whole rotation, in order."""
    added = growth.added(_ledger(evidence), _ledger(evidence, "ledger-before"))
    _expect_none(growth.whole_rotation(added, settings), "receipt-ledger-rotation")


@rule("packet-form")
def test_packet_has_its_form(evidence: Evidence, settings: Receipts) -> None:
    """The rehearsal packet has each connector with its handshake, the answer, its heartbeat and a verdict."""
    _expect_none(packet.form(document(evidence, "packet"), settings), "packet-form")


@rule("packet-no-failures")
def test_packet_lists_no_failure(evidence: Evidence, settings: Receipts) -> None:
    """The rehearsal packet lists no failure of any connector."""
    found = known_document(evidence, "packet", "packet-form")
    _expect_none(packet.failures(found, settings), "packet-no-failures")


@rule("packet-bodies")
def test_bodies_of_the_packet_are_valid(evidence: Evidence, settings: Receipts) -> None:
    """The handshakes and heartbeats in the packet are valid."""
    found = known_document(evidence, "packet", "packet-form")
    _expect_none(packet.bodies(found, settings), "packet-bodies")


@rule("summary-form")
def test_summary_has_its_form(evidence: Evidence, settings: Receipts) -> None:
    """The summary of a run has its status, its id, its times and its return code."""
    _expect_none(summary.form(document(evidence, "summary"), settings), "summary-form")


@rule("summary-consistent")
def test_summary_agrees_with_itself(evidence: Evidence, settings: Receipts) -> None:
    """Times, duration, status and return code of a summary agree."""
    found = known_document(evidence, "summary", "summary-form")
    _expect_none(summary.consistent(found, settings), "summary-consistent")


@rule("summary-rotation")
def test_rotation_of_the_summary_is_recorded(evidence: Evidence, settings: Receipts) -> None:
    """The summary of a rotation is without failures, and its window stands in the ledger."""
    found = known_document(evidence, "summary", "summary-form")
    if at_path(found, f"metrics.{settings.verdict}") is None:
        not_applicable("the summary is of no rotation: it has no metrics of one")
    recorded = growth.window_ids(_ledger(evidence)) if summary.window_id(found) is not None else set()
    _expect_none(summary.rotation(found, settings, recorded), "summary-rotation")


@rule("rehearsal-form")
def test_rehearsal_has_its_form(evidence: Evidence, settings: Receipts) -> None:
    """The summary of a scheduled rehearsal has its health checks, its smoke, its rotations and a verdict over all."""
    _expect_none(summary.rehearsal_form(document(evidence, "rehearsal"), settings), "rehearsal-form")


@rule("rehearsal-ok")
def test_rehearsal_went_well(evidence: Evidence, settings: Receipts) -> None:
    """A scheduled rehearsal went well, in its own verdict and in that of its smoke."""
    found = known_document(evidence, "rehearsal", "rehearsal-form")
    _expect_none(summary.rehearsal(found, settings), "rehearsal-ok")


@rule("rehearsal-gauges")
def test_gauges_are_complete(evidence: Evidence, settings: Receipts) -> None:
    """The gauges of a rehearsal are all there, with values that they can have, and the rotations are fresh."""
    data = content(evidence, "rehearsal-status")
    _expect_none(gauges.gauges(data, settings, time.time()), "rehearsal-gauges")


@rule("receipt-bundle")
def test_bundle_is_complete(evidence: Evidence, settings: Receipts) -> None:
    """The artifacts of a CI run hold the smoke receipt and the ledger."""
    names = [name for name, size in names_in(evidence.path("run-dir")) if size]
    for what, patterns in (("receipt", settings.bundle_receipts), ("ledger", settings.bundle_ledgers)):
        if not any(fnmatch(name, pattern) for name in names for pattern in patterns):
            listed = ", ".join(sorted(names)[:9]) or "nothing"
            violation(f"a {what} in the bundle, named {' or '.join(patterns)}", listed)


@rule("receipt-rollback")
def test_rollback_is_proven(evidence: Evidence, settings: Receipts) -> None:
    """After an outage there is a receipt without failures and a newer rotation, and the incident names the gap."""
    began = growth.outage_began(content(evidence, "incident"), settings)
    found = known_document(evidence, "receipt", "receipt-form")
    problems = [*receipt.failures(found, settings), *growth.restored(began, growth.bodies(_ledger(evidence)))]
    _expect_none(problems, "receipt-rollback")
