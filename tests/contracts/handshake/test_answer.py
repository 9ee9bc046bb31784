"""What an acknowledgement says: forms that gateways use are read alike, and what is wrong is told."""

from typing import Any

import pytest

from conformance.contracts.documents import problems_with
from conformance.contracts.handshake import answer
from conformance.contracts.handshake.settings import Handshake
from conformance.contracts.paths import with_path
from conformance.contracts.times import instant

SETTINGS = Handshake()
NOW = instant("2025-09-21T12:24:09Z") or 0.0
SENT: dict[str, Any] = {
    "identity": {"connector_id": "operator_api", "version": "0.1.0"},
    "rotation": {"last_rotated": "2025-09-21T12:24:09Z", "credentials": {"type": "bearer", "token": "secret"}},
}
ANSWER: dict[str, Any] = {
    "authenticated": True,
    "session": {"id": "s-1", "credential_expiry": "2025-09-23T12:24:09Z"},
    "accepted_contexts": [{"name": "stage-b-rehearsal", "status": "accepted"}, "stage-c-prep"],
    "rotation": {
        "connector_id": "operator_api", "last_rotated": "2025-09-21T12:24:09Z", "rotation_window": "PT48H",
        "window_id": "20250921T122409Z-P2D",
    },
    "echo": {"identity": {"connector_id": "operator_api"}, "rotation": {"last_rotated": "2025-09-21T14:24:09+02:00"}},
}  # fmt: skip


@pytest.mark.parametrize(
    "body",
    ["a p/ss+w\"rd", "a%20p%2Fss%2Bw%22rd", r"a p/ss+w\"rd", "YSBwL3NzK3cicmQ=", "YSBwL3NzK3cicmQ"],
)
def test_a_credential_is_known_however_it_is_written(body: str) -> None:
    assert any(one in body for one in answer.writings('a p/ss+w"rd'))


def changed(path: str, value: Any) -> dict[str, Any]:
    return with_path(ANSWER, path, value)


def problems(document: Any) -> list[str]:
    """The names of the judges that find something."""
    found = {
        "expiry": list(answer.expiry_problems(document, SETTINGS)),
        "far expiry": list(answer.far_expiry_problems(document, SETTINGS, NOW)),
        "contexts": list(answer.context_problems(document, SETTINGS)),
        "rotation": list(answer.rotation_problems(document, SETTINGS, SENT)),
        "echo": answer.echo_problems(document, SETTINGS, SENT),
        "schema": problems_with(document, "handshake-response"),
    }
    return [name for name, told in found.items() if told]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("accepted_contexts", ["stage-b-rehearsal"]),
        ("accepted_contexts", [{"name": "stage-b-rehearsal"}]),
        ("accepted_contexts", [{"name": "stage-b-rehearsal", "status": "pending"}]),
        ("session", {"id": "s-1", "expires_at": "2025-09-23T14:24:09.250000+02:00"}),
        ("rotation", None),
        ("rotation", {}),
        ("echo", None),
        ("rotation.rotation_window", "P2D"),
        ("rotation.connector_id", None),
        ("region", "eu"),
    ],
)
def test_forms_that_gateways_use_are_fine(path: str, value: Any) -> None:
    assert problems(ANSWER) == []
    assert problems(changed(path, value)) == []


@pytest.mark.parametrize(
    ("path", "value", "judges"),
    [
        ("session.credential_expiry", None, ["expiry", "schema"]),
        ("session.credential_expiry", "2025-09-23T12:24:09", ["expiry", "schema"]),
        ("session.credential_expiry", 1758630249, ["expiry", "schema"]),
        ("session.credential_expiry", "2025-09-21T12:00:00Z", ["far expiry"]),
        ("session.credential_expiry", "2025-09-23T12:30:09Z", ["far expiry"]),
        ("accepted_contexts", None, ["contexts", "schema"]),
        ("accepted_contexts", [], ["contexts", "schema"]),
        ("accepted_contexts", ["stage-c-prep"], ["contexts"]),
        ("accepted_contexts", [{"name": "stage-b-rehearsal", "status": " Deny"}], ["contexts"]),
        ("rotation.connector_id", "other", ["rotation"]),
        ("rotation.rotation_window", "two days", ["rotation", "schema"]),
        ("rotation.window_id", "20250921T122409Z-PT24H", ["rotation"]),
        ("rotation.window_id", "20250921T122410Z-PT48H", ["rotation"]),
        ("rotation.window_id", "yesterday-PT48H", ["rotation"]),
        ("rotation.window_id", 7, ["rotation", "schema"]),
        ("echo.identity.connector_id", "other", ["echo"]),
        ("echo.rotation.last_rotated", "2025-09-21T12:24:10Z", ["echo"]),
    ],
)
def test_what_is_wrong_is_told_by_its_judge(path: str, value: Any, judges: list[str]) -> None:
    assert problems(changed(path, value)) == judges


@pytest.mark.parametrize(
    ("value", "id"), [("s-1", "s-1"), (7, "7"), ("", ""), (" ", ""), (None, ""), (True, ""), ({"id": 1}, ""), ([], "")]
)
def test_a_session_id_is_a_text_or_a_number(value: Any, id: str) -> None:
    assert answer.session_id(changed("session.id", value), SETTINGS) == id


@pytest.mark.parametrize("value", ["true", 1, None, False, {}])
def test_only_true_authenticates(value: Any) -> None:
    assert not answer.is_authenticated(changed("authenticated", value), SETTINGS)
    assert answer.is_authenticated(changed("authenticated", True), SETTINGS)


@pytest.mark.parametrize("document", [None, [], "yes", 7, {"session": []}, {"accepted_contexts": {}}, {"session": "s"}])
def test_anything_may_come(document: Any) -> None:
    assert not answer.is_authenticated(document, SETTINGS)
    assert answer.session_id(document, SETTINGS) == ""
    assert {"expiry", "contexts"} <= set(problems(document))
