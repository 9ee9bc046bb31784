"""How much of the exchanges is shown, and which of them decides."""

import pytest

from conformance.report.html.cues import cues_of
from conformance.report.html.exchanges import MEASURES, ROOM, deciding_index, measure_for, view
from tests.report.html.files import exchange

CUES = cues_of("a JSON-RPC error with code -32602", "HTTP 200, application/json, {}")


def test_the_deciding_exchange_is_the_one_that_is_replayed() -> None:
    three = [exchange(replay=name) for name in ("one", "two", "three")]

    assert deciding_index(three, "two") == 1
    assert deciding_index(three, "none of them") == 2


def test_only_the_deciding_exchange_is_marked() -> None:
    deciding = view(exchange(), CUES, MEASURES[0], deciding=True)
    other = view(exchange(), CUES, MEASURES[0], deciding=False)

    assert '<mark>"result": {</mark>' in str(deciding.response)
    assert "<mark>" not in str(deciding.request)
    assert "<mark>" not in str(other.response)


def test_times_and_sizes() -> None:
    shown = view(exchange(), CUES, MEASURES[0], deciding=True)

    assert shown.timing == "5.2 ms · head after 4.0 ms · 58 bytes"
    assert shown.at == "21:41:28.395 UTC"
    assert shown.outcome == "HTTP 200"


def test_no_answer_is_told_as_such() -> None:
    silent = {**exchange(response="", status=None, headers=()), "failure": "no answer within 10 s", "seconds": None}

    shown = view(silent, CUES, MEASURES[0], deciding=True)

    assert shown.outcome == "no answer within 10 s"
    assert str(shown.response).startswith('<span class="head"><mark>no answer within 10 s</mark>')


@pytest.mark.parametrize("count", [1, 30, 100, 1_000, 5_000])
def test_what_is_shown_has_room(count: int) -> None:
    transcripts = [[exchange(response="x" * 8_000), exchange(response="y" * 8_000)]] * (count // 2 or 1)

    measure = measure_for(transcripts)

    cost = sum(measure.cost(one[0], deciding=False) + measure.cost(one[1], deciding=True) for one in transcripts)
    assert cost <= ROOM or measure == MEASURES[-1]
    assert (measure == MEASURES[0]) == (count <= 30)


def test_a_cut_body_says_so() -> None:
    shown = view(exchange(response="x" * 500), CUES, MEASURES[-2], deciding=True)

    assert str(shown.response).endswith("… cut after 300 characters of 500 bytes")
