"""Judges a rehearsal packet: what each connector would say to the gateway, and whether that is in order."""

from collections.abc import Iterator
from typing import Any

from conformance.contracts.documents import problems_with
from conformance.contracts.receipts import receipt
from conformance.contracts.receipts.settings import Receipts
from conformance.protocol.problems import shown

Document = dict[str, Any]


def form(packet: Document, settings: Receipts) -> Iterator[str]:
    yield from problems_with(packet, settings.packet_schema)
    if settings.stage and packet.get("stage") != settings.stage:
        yield f"stage is {shown(packet.get('stage'))}, expected {shown(settings.stage)}"
    if settings.context and packet.get("context") != settings.context:
        yield f"context is {shown(packet.get('context'))}, expected {shown(settings.context)}"
    yield from receipt.missing_targets(packet.get("connectors"), settings)


def failures(packet: Document, settings: Receipts) -> Iterator[str]:
    for name, connector in _connectors(packet):
        yield from (f"{name}: {problem}" for problem in receipt.failures(connector, settings))
        yield from (f"{name}: {problem}" for problem in receipt.verdict(connector, settings))
        if connector.get(settings.verdict) is False and not connector.get(settings.failures):
            yield f"{name}: {settings.verdict} is false"


def bodies(packet: Document, settings: Receipts) -> Iterator[str]:
    """What would go over the wire is valid."""
    for name, connector in _connectors(packet):
        for member, schema in _sent(connector, settings):
            yield from (f"{name}: {member}{problem}" for problem in problems_with(connector[member], schema))


def _sent(connector: Document, settings: Receipts) -> Iterator[tuple[str, str]]:
    if "handshake_request" in connector:
        yield "handshake_request", settings.request_schema
    beat = "heartbeat_payload" if isinstance(connector.get("heartbeat_payload"), dict) else "heartbeat_request"
    if isinstance(connector.get(beat), dict):
        yield beat, settings.heartbeat_schema


def _connectors(packet: Document) -> Iterator[tuple[str, Document]]:
    connectors = packet.get("connectors")
    for name, connector in connectors.items() if isinstance(connectors, dict) else ():
        if isinstance(connector, dict):
            yield name, connector
