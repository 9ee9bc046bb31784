"""Load over TLS: verified unless nobody wants that."""

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from benchmarks.load.targets.answers import CHUNKED
from benchmarks.load.targets.event_answers import head
from benchmarks.load.targets.http import Connection, Request
from benchmarks.load.targets.mcp import Endpoint
from benchmarks.load.targets.streams import chunk
from conformance.load.driving import Generator
from conformance.load.generator.talk import Job
from conformance.load.plan import PhasePlan
from conformance.load.preparing import of_raw
from conformance.load.results.model import Phase
from conformance.target.config import RunConfig
from tests.load.commands import load
from tests.load.hosting import Host, hosted


@dataclass(frozen=True, slots=True)
class Secured:
    """A target with a certificate of its own making, in `certificate`."""

    host: Host
    certificate: Path
    endpoint: "Holding"


def self_made(directory: Path) -> Path:
    """A PEM file with a key and its certificate for 127.0.0.1, which says itself that it may be trusted."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a target of tests")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = directory / "target.pem"
    file.write_bytes(pem + made.public_bytes(serialization.Encoding.PEM))
    return file


class Holding(Endpoint):
    """Holds streams, and counts those that their client ends."""

    def __init__(self) -> None:
        super().__init__()
        self.left = 0

    def stream(self, request: Request, connection: Connection) -> None:
        connection.send(head(CHUNKED) + chunk(b": welcome\n\n"))
        connection.on_close = self._leave

    def _leave(self) -> None:
        self.left += 1


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    certificate = self_made(tmp_path_factory.mktemp("tls"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    endpoint = Holding()
    with hosted(endpoint, context) as host:
        yield Secured(host, certificate, endpoint)


def pinged(config: RunConfig) -> Phase:
    plan = PhasePlan(name="round 1", role="round", seconds=0.3, rate=30.0)
    with Generator(Job(workload=of_raw(config), users=2)) as generator:
        (done,) = generator.play([plan], 5.0).phases
    return done.phase


def test_a_certificate_that_nobody_vouches_for_is_not_accepted(secured: Secured) -> None:
    phase = pinged(RunConfig(secured.host.url))
    assert (phase.total.good, phase.total.failures) == (0, {"transport": 9})
    assert "certificate" in phase.total.examples["transport"].lower()
    assert phase.connections.failed == 9


def test_it_is_accepted_when_nobody_wants_it_verified(secured: Secured) -> None:
    phase = pinged(RunConfig(secured.host.url, insecure=True))
    assert (phase.total.good, phase.total.failures) == (9, {})
    assert 1 <= phase.connections.opened <= 2, "connections are kept"


def test_it_is_accepted_when_its_authority_is_trusted(secured: Secured, tmp_path: Path) -> None:
    trusted = f"--ca-bundle={secured.certificate}"
    done = load(tmp_path, secured.host.url, trusted, "--rate=30", "--duration=0.5", "--warm-up=0", "--rounds=1")
    assert done.code == 0, done.err
    assert (done.phase.total.good, done.phase.total.failures) == (15, {})
    setup = done.phase.connections.setup
    assert setup.count == done.phase.connections.opened > 0


def test_streams_are_held_and_let_go_of(secured: Secured, tmp_path: Path) -> None:
    options = ("--insecure", "--scenario=stream-holder", "--revision=2025-11-25", "--users=3")
    before = secured.endpoint.left
    done = load(tmp_path, secured.host.url, *options, "--duration=0.5", "--warm-up=0.2", "--rounds=1")
    assert done.code == 0, done.err
    streams = done.phase.streams
    assert streams is not None
    assert (streams.opened, streams.most_held, streams.beats, streams.broken) == (3, 3, 3, 0)
    assert (done.operation("GET").good, done.operation("GET").failures) == (3, {})
    assert secured.endpoint.left == before + 6
