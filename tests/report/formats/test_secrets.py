"""No file of a run, in whatever format, holds a secret: not as it is, not in Base64, not as in a URL."""

import base64
import html
import re
import zlib
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus, unquote

import pytest

from conformance.reference.embedded import Embedded, start_embedded
from tests.plugin.runs import Outcome, run
from tests.report.formats.echoing import echoing

BEARER = "b34r3r-Zq8_vX2.kLm~9"
COOKIE = "c00k13-Ww7tYp4sR1"
PASSWORD = "p4ss w0rd&<é>\"'+/"
USER_PASSWORD = "ur1-Hh5%jK2"
QUERY_KEY = "qu3ry-Nn6bVc3xZ0"
MARKER = "m4rk3r-open-to-all"
"""Not a secret: it has to be found everywhere, or the search would find nothing."""

INPUTS = frozenset({"conformance.toml"})
EVERYTHING = (
    "--reports=html,junit,ndjson,markdown,sarif,badge", "--alluredir=allure", "--html=table.html", "--junitxml=own.xml",
    "-vv", "--tb=long", "--showlocals", "-o", "log_cli=true", "--log-cli-level=DEBUG", "-p", "no:cacheprovider",
)  # fmt: skip
CHOSEN = ("--revision=2025-06-18", "--area=ping", "--area=tools", "--area=lifecycle")
CONFIGURATION = f"""
[headers]
Cookie = "theme=dark; session={COOKIE}"
User-Agent = "{MARKER}"

[arguments.echo]
message = "hello"
password = '''{PASSWORD}'''

[arguments.add]
a = 1
b = 2
account = {{ api_key = "{QUERY_KEY}" }}
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Embedded]:
    with start_embedded() as running:
        yield running


@pytest.fixture(scope="module", params=["bearer", "address", "reference itself"])
def judged(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, server: Embedded
) -> Iterator[Outcome]:
    """Runs with secrets from everywhere: against a server that repeats them all, and against one that does not."""
    directory = tmp_path_factory.mktemp("judged")
    (directory / "conformance.toml").write_text(CONFIGURATION, encoding="utf-8")
    env = {"GITHUB_STEP_SUMMARY": str(directory / "page.md"), "MY_TOKEN": BEARER}
    with echoing(server.port) as address:
        secret = f"user:{quote(USER_PASSWORD, safe='')}@"
        target, more = {
            "bearer": (f"http://{address}", ["--token-env=MY_TOKEN"]),
            "address": (f"http://{secret}{address}?api_key={QUERY_KEY}", ["-n", "2"]),
            "reference itself": (
                server.fault("header-name-empty").replace("//", f"//{secret}") + f"?api_key={QUERY_KEY}",
                ["--revision=2026-07-28", "--token-env=MY_TOKEN"],
            ),
        }[request.param]
        yield run(directory, f"--target={target}", *CHOSEN, *EVERYTHING, *more, env=env)


def forms(secret: str) -> set[bytes]:
    """The secret as it may be seen: plain, escaped, and inside of longer texts that were encoded as a whole."""
    plain = {
        secret,
        secret.encode("unicode_escape").decode(),
        html.escape(secret),
        quote(secret, safe=""),
        quote_plus(secret),
    }
    found = {form.encode() for form in plain | {quote(secret, safe="").lower()}}
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for before in range(3):
            data = bytes(before) + secret.encode()
            found.add(encode(data)[4 if before else 0 : len(data) // 3 * 4])
    return found


def views(data: bytes) -> Iterator[bytes]:
    """A file as it is, and what its readers make of it."""
    text = data.decode("utf-8", "replace")
    yield data
    yield html.unescape(text).encode()
    yield unquote(text).encode()
    yield text.replace('\\"', '"').replace("\\\\", "\\").encode()
    for blob in set(re.findall(rb"[A-Za-z0-9+/_-]{24,}", data)):
        decoded = base64.b64decode(blob[: len(blob) // 4 * 4], altchars=b"-_" if set(blob) & set(b"-_") else None)
        yield decoded
        for way in (zlib.MAX_WBITS, -zlib.MAX_WBITS, zlib.MAX_WBITS | 16):
            try:
                yield zlib.decompressobj(way).decompress(decoded, 50_000_000)
            except zlib.error:
                continue


def files(outcome: Outcome) -> dict[str, bytes]:
    found = {
        str(path.relative_to(outcome.directory)): path.read_bytes()
        for path in outcome.directory.rglob("*")
        if path.is_file() and path.name not in INPUTS
    }
    return {**found, "what it printed": outcome.shown.encode()}


def places(contents: dict[str, bytes], secrets: Iterable[str]) -> list[tuple[str, str]]:
    wanted = [(secret, form) for secret in secrets for form in forms(secret)]
    return [
        (place, secret)
        for place, data in contents.items()
        for view in views(data)
        for secret, form in wanted
        if form in view
    ]


def test_no_file_of_any_format_has_a_secret(judged: Outcome) -> None:
    contents = files(judged)
    names = set(contents)

    assert judged.code == 1, judged.shown[-2_000:]
    assert names >= {
        "page.md", "table.html", "own.xml", "allure/environment.properties",
        *(f"reports/{name}" for name in ("verdicts.json", "report.html", "junit.xml", "verdicts.ndjson", "summary.md")),
        *(f"reports/{name}" for name in ("results.sarif", "badge.svg", "badge.json")),
    }  # fmt: skip
    assert any(name.endswith("-attachment.txt") for name in names)
    assert places(contents, (BEARER, COOKIE, PASSWORD, USER_PASSWORD, QUERY_KEY)) == []


def test_the_search_finds_what_is_no_secret(judged: Outcome) -> None:
    found = {place for place, _ in places(files(judged), [MARKER])}

    assert {"reports/verdicts.json", "reports/report.html", "reports/junit.xml", "table.html"} <= found
    assert {"reports/verdicts.ndjson", "reports/summary.md", "reports/results.sarif", "page.md"} <= found
    assert any(place.startswith("allure/") for place in found)


@pytest.mark.parametrize(
    "hidden",
    [
        BEARER.encode(),
        base64.b64encode(b"x" + BEARER.encode() + b"y"),
        base64.b64encode(zlib.compress(f"some {BEARER} text".encode())),
        quote(f"a b {BEARER}", safe="").encode(),
    ],
)
def test_the_search_finds_a_secret_however_it_is_hidden(hidden: bytes) -> None:
    assert places({"file": b"before " + hidden + b" after"}, [BEARER])
