"""What is the same target, and what is another."""

import pytest

from conformance.report.identity import check_name, target_identity

SAME = [
    "https://example.com/mcp",
    "http://example.com/mcp/",
    "https://example.com:443/mcp",
    "https://user:secret@EXAMPLE.com/mcp?api_key=one",
    "https://<redacted>@example.com/mcp?api_key=<redacted>&x=<redacted>",
]


@pytest.mark.parametrize("url", SAME)
def test_credentials_scheme_and_default_port_do_not_matter(url: str) -> None:
    assert target_identity(url) == "example.com/mcp"


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/mcp", "http://127.0.0.1:65000/mcp"])
def test_no_port_of_this_machine_matters(url: str) -> None:
    assert target_identity(url) == "127.0.0.1/mcp"


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com:8443/mcp",
        "https://example.org/mcp",
        "https://example.com/other",
        "https://example.com/mcp?server=b",
    ],
)
def test_another_host_port_path_or_query_is_another_target(url: str) -> None:
    assert target_identity(url) != "example.com/mcp"


def test_the_order_of_a_query_does_not_matter() -> None:
    assert target_identity("http://a/?x=1&y=2") == target_identity("http://a/?y=2&x=1")


def test_no_secret_is_in_an_identity() -> None:
    assert "secret" not in target_identity("https://secret:secret@example.com/mcp?token=secret&password=secret")


def test_what_is_no_address_is_itself() -> None:
    assert target_identity("none") == "none"
    assert target_identity("http://[::1") == "http://[::1"


def test_a_check_keeps_its_name_when_its_file_moves() -> None:
    assert check_name("suites/a.py::test_x[1]") == check_name("suites/b/c.py::test_x[1]") == "test_x[1]"
