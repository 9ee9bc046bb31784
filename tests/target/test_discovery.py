"""Discovery over real sockets: what is spoken, and that no target can make it hang or leave a revision out."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from conformance.protocol.revisions import LEGACY, MODERN, REVISIONS
from conformance.reference.embedded import Embedded, start_embedded
from conformance.target.config import RunConfig
from conformance.target.discovery import discover, open_channel
from conformance.target.errors import ConfigError, TargetError
from conformance.target.profile import TargetProfile
from conformance.wire.channel import TargetLost
from conformance.wire.http import HttpWire
from tests.target.answers import Answer, Answers, Json, answering, error, result
from tests.wire.scripted import STREAM_HEAD, Script, answer, reset, scripted

BOUND = 12.0
"""Seconds that discovery of a hostile target may take at most, with a request timeout of one second."""

INITIALIZED: Json = {"capabilities": {}, "serverInfo": {"name": "tiny", "version": "1"}}


def find(url: str, **settings: Any) -> TargetProfile:
    config = RunConfig(url, timeout=settings.pop("timeout", 1.0), **settings)
    with HttpWire(config.http) as wire:
        return discover(config, open_channel(config, wire))


def complaint(url: str, kind: type[Exception] = TargetError, **settings: Any) -> str:
    """The one line that a target which cannot be judged ends in, in bounded time."""
    began = time.monotonic()
    with pytest.raises(kind) as raised:
        find(url, **settings)
    assert time.monotonic() - began < BOUND
    assert "\n" not in str(raised.value)
    return str(raised.value)


@pytest.fixture(scope="module")
def embedded() -> Iterator[Embedded]:
    with start_embedded() as server:
        yield server


def test_reference_server_speaks_everything(embedded: Embedded) -> None:
    profile = find(embedded.url(), timeout=10.0)

    assert profile.revisions == REVISIONS
    assert not profile.not_spoken
    assert all(surface.tools and surface.resources and surface.prompts for surface in profile.surfaces.values())


@pytest.mark.parametrize(
    "fault",
    [
        "discover-unknown", "discover-crashes", "discover-without-versions", "discover-lists-numbers",
        "discover-hides-its-version", "initialize-without-version", "initialize-without-capabilities",
    ],
)  # fmt: skip
def test_broken_first_answer_hides_no_revision(embedded: Embedded, fault: str) -> None:
    assert find(embedded.fault(fault), timeout=10.0).revisions == REVISIONS


def legacy(**special: Callable[[Json], Answer]) -> Answers:
    """A legacy server without features; `special` answers initialize for one revision (its digits)."""

    def answers(message: Json) -> Answer:
        asked = message.get("params", {}).get("protocolVersion")
        if message["method"] != "initialize":
            return error(message, -32601, "Method not found")
        if special_answer := special.get(f"v{str(asked).replace('-', '')}") or special.get("any"):
            return special_answer(message)
        return result(message, {**INITIALIZED, "protocolVersion": asked if asked in LEGACY else LEGACY[-1]})

    return answers


@pytest.mark.parametrize(
    "broken",
    [
        lambda message: error(message, -32603, "Internal error"),
        lambda message: (500, b"oops"),
        lambda message: (202, None),
        lambda message: result(message, [1]),
        lambda message: result(message, {**INITIALIZED}),
        lambda message: result(message, {**INITIALIZED, "protocolVersion": 20250618}),
        lambda message: result(message, {"protocolVersion": "2025-06-18", "capabilities": None}),
    ],
    ids=["error", "500", "202", "array", "no-version", "number", "null-capabilities"],
)
def test_revision_whose_initialize_is_broken_is_judged(broken: Callable[[Json], Answer]) -> None:
    with answering(legacy(v20250618=broken)) as url:
        assert find(url).revisions == LEGACY


@pytest.mark.parametrize(
    "refusal",
    [
        lambda message: error(message, -32602, "Unsupported protocol version"),
        lambda message: error(message, -32000, "protocol version not supported", 400),
        lambda message: (400, b"unknown protocol version"),
        lambda message: result(message, {**INITIALIZED, "protocolVersion": "2025-11-25"}),
        lambda message: (503, b"later"),
    ],
    ids=["-32602", "-32000", "plain-text", "counteroffer", "503"],
)
def test_refused_revision_is_not_spoken(refusal: Callable[[Json], Answer]) -> None:
    with answering(legacy(v20250618=refusal)) as url:
        profile = find(url)

    assert "2025-06-18" not in profile.revisions
    assert "2025-06-18" in profile.not_spoken


def test_offers_that_are_not_kept_are_judged() -> None:
    swapped = {"2025-11-25": "2025-06-18", "2025-06-18": "2025-11-25"}

    def swap(message: Json) -> Answer:
        asked = message["params"]["protocolVersion"]
        return result(message, {**INITIALIZED, "protocolVersion": swapped.get(asked, "2025-11-25")})

    with answering(legacy(any=swap)) as url:
        assert find(url).revisions == ("2025-06-18", "2025-11-25")


def test_server_that_fails_at_every_initialize_is_judged() -> None:
    with answering(legacy(any=lambda message: error(message, -32603, "Internal error"))) as url:
        profile = find(url)

    assert profile.revisions == (LEGACY[-1],)
    assert any("initialize fails" in note for note in profile.notes)


def test_other_json_rpc_services_are_no_mcp() -> None:
    with answering(lambda message: error(message, -32601, "the method does not exist")) as url:
        assert "does not speak MCP" in complaint(url)


def test_legacy_server_with_lists_for_everyone_is_not_modern() -> None:
    def answers(message: Json) -> Answer:
        known: dict[str, Any] = {"server/discover": {}, "tools/list": {"tools": []}}
        return result(message, known[message["method"]]) if message["method"] in known else legacy()(message)  # type: ignore[return-value]

    with answering(answers) as url:
        assert find(url).revisions == LEGACY


def test_modern_server_without_discover_and_tools_is_recognized_by_its_refusals() -> None:
    def answers(message: Json) -> Answer:
        version = message.get("params", {}).get("_meta", {}).get("io.modelcontextprotocol/protocolVersion")
        if version not in (None, *MODERN):
            return error(message, -32022, "Unsupported", 400, {"supported": list(MODERN), "requested": version})
        return error(message, -32601, "Method not found", 404)

    with answering(answers) as url:
        assert find(url).revisions == MODERN


def test_modern_server_of_another_version_is_not_judged_under_ours() -> None:
    def answers(message: Json) -> Answer:
        version = message.get("params", {}).get("_meta", {}).get("io.modelcontextprotocol/protocolVersion")
        return error(message, -32022, "Unsupported", 400, {"supported": ["2031-01-01"], "requested": version})

    with answering(answers) as url:
        assert "speaks none of those asked for" in complaint(url, ConfigError, revisions=MODERN)


@pytest.mark.parametrize(
    ("tools", "pages"),
    [([], 1), ([{"name": "only", "inputSchema": {"type": "object"}}], 1)],
    ids=["no-tools", "one-tool"],
)
def test_few_tools_are_enough(tools: list[Json], pages: int) -> None:
    def answers(message: Json) -> Answer:
        if message["method"] == "tools/list":
            return result(message, {"tools": tools})
        if message["method"] == "initialize":
            version = message["params"]["protocolVersion"]
            return result(message, {**INITIALIZED, "capabilities": {"tools": {}}, "protocolVersion": version})
        return error(message, -32601, "Method not found")

    with answering(answers) as url:
        surface = find(url).surfaces[LEGACY[-1]]

    assert surface.tools == tools
    assert surface.pages["tools"] == pages


@pytest.mark.parametrize(
    "page",
    [
        lambda message, number: result(message, {"tools": [], "nextCursor": "again"}),
        lambda message, number: result(message, {"tools": [{"name": f"t{number}"}], "nextCursor": f"page {number}"}),
        lambda message, number: error(message, -32603, "cannot list"),
        lambda message, number: result(message, {"tools": "none"}),
    ],
    ids=["same-cursor", "endless-cursors", "error", "no-array"],
)
def test_list_that_cannot_be_read_does_not_stop_discovery(
    page: Callable[[Json, int], Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conformance.target.surfaces.WALKING_SECONDS", 1.0)
    numbers = iter(range(1_000_000))

    def answers(message: Json) -> Answer:
        if message["method"] == "tools/list":
            return page(message, next(numbers))
        if message["method"] == "initialize":
            version = message["params"]["protocolVersion"]
            return result(message, {**INITIALIZED, "capabilities": {"tools": {}}, "protocolVersion": version})
        return error(message, -32601, "Method not found")

    began = time.monotonic()
    with answering(answers) as url:
        assert find(url, timeout=5.0).revisions == LEGACY
    assert time.monotonic() - began < BOUND


def hang(connection: socket.socket, request: bytes) -> None:
    """Say nothing until the client leaves."""
    while connection.recv(65536):
        continue


def drip(connection: socket.socket, request: bytes) -> None:
    """A byte now and then, without end."""
    with suppress(OSError):
        for byte in b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n":
            connection.sendall(bytes([byte]))
            time.sleep(0.1)


def endless(connection: socket.socket, request: bytes) -> None:
    connection.sendall(STREAM_HEAD)
    with suppress(OSError):
        while True:
            connection.sendall(b": still here\n\n")
            time.sleep(0.05)


def flood(connection: socket.socket, request: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n[")
    with suppress(OSError):
        for _ in range(400):
            connection.sendall(b"1," * 32_768)


def send(data: bytes) -> Script:
    return lambda connection, request: connection.sendall(data)


def redirect(location: str) -> Script:
    return send(answer(b"", "308 Permanent Redirect", f"Location: {location}", "Connection: close"))


HTML = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 15\r\nConnection: close\r\n\r\n<html>Hi</html>"


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (hang, "no HTTP response within 1 s"),
        (drip, "within 1 s"),
        (endless, "did not end within 1 s"),
        (flood, "no answer"),
        (send(b"\x00\xff garbage\r\n\r\n"), "not reachable"),
        (lambda connection, request: reset(connection), "not reachable"),
        (send(STREAM_HEAD + b"data: {"), "does not speak MCP"),
        (send(HTML), "HTML: is this the MCP endpoint"),
        (send(answer(b"{}", "403 Forbidden", "Connection: close")), "is the credential allowed"),
        (send(answer(b"{}", "404 Not Found", "Connection: close")), "HTTP 404"),
        (redirect("/mcp"), "without end"),
        (redirect("http://127.0.0.2/"), "another origin"),
        (redirect("http://127.0.0.1:1x/"), "Invalid URL in location header"),
    ],
    ids=[
        "hang", "drip", "endless", "flood", "garbage", "reset", "cut-off", "html", "403", "404",
        "redirect-loop", "other-origin", "no-url",
    ],
)  # fmt: skip
def test_target_that_cannot_be_judged_gets_one_line(script: Script, said: str) -> None:
    with scripted(script) as server:
        assert said in complaint(server.url)


def test_target_that_limits_every_request_is_lost() -> None:
    with scripted(send(answer(b"{}", "429 Too Many Requests", "Connection: close"))) as server:
        assert "limits the rate" in complaint(server.url, TargetLost)


def test_closed_port_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/mcp"
    assert "not reachable" in complaint(url)


def test_credential_is_asked_for() -> None:
    with scripted(send(answer(b"{}", "401 Unauthorized", "Connection: close"))) as server:
        assert "--token-env" in complaint(server.url, ConfigError)
        assert "not accepted" in complaint(server.url, ConfigError, token="wrong")


def test_redirect_within_the_origin_is_followed() -> None:
    with scripted(redirect("/new"), send(HTML)) as server:
        complaint(server.url)

    assert b"POST /mcp" in server.requests[0]
    assert all(b"POST /new" in request for request in server.requests[1:])


def test_tls_to_a_server_without_it_is_told(embedded: Embedded) -> None:
    assert "TLS failed" in complaint(embedded.url().replace("http:", "https:"))


def test_self_signed_certificate_is_told(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))

    def shake(connection: socket.socket) -> None:
        with suppress(OSError), context.wrap_socket(connection, server_side=True):
            pass

    with socket.create_server(("127.0.0.1", 0)) as listener:
        def serve() -> None:
            with suppress(OSError):
                while True:
                    shake(listener.accept()[0])

        threading.Thread(target=serve, daemon=True).start()
        said = complaint(f"https://127.0.0.1:{listener.getsockname()[1]}/mcp")

    assert "TLS failed" in said
    assert "--ca-bundle" in said


def self_signed(directory: Path) -> Path:
    """A certificate for 127.0.0.1 and its key in one file."""
    pytest.importorskip("cryptography")
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    built = built.serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    pem = built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = directory / "server.pem"
    path.write_bytes(private + pem)
    return path
