"""The contract at the door: what gets in, what is refused and with which words."""

import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.cases import FIELDS, STEPS
from dashboard.events import FUTURE_TOLERANCE_MS, MAX_BYTES, Rejected, decode
from tests.town import MONDAY, NOW, line

GOOD = {"id": "e1", "type": "case", "case": "A1", "rev": 3, "at": MONDAY, "step": "file"}


def send(**changed: object) -> bytes:
    event = {**GOOD, **changed}
    return orjson.dumps({key: value for key, value in event.items() if value != "∅"})


def named(changes: list[tuple[int, object]]) -> dict[str, object]:
    return {FIELDS[index]: value for index, value in changes}


def test_a_step_writes_its_fields_at_the_time_of_the_event() -> None:
    event = decode(send(), NOW)
    assert (event.case, event.rev, event.at) == ("A1", 3, MONDAY)
    assert named(event.changes) == {"filed_at": MONDAY, "refused_at": None}


@pytest.mark.parametrize("step", STEPS)
def test_every_step_of_the_contract_is_taken(step: str) -> None:
    assert MONDAY in named(decode(send(step=step), NOW).changes).values()


def test_rfc3339_with_offset_and_epoch_ms_are_the_same_instant() -> None:
    assert decode(send(at="2026-01-05T00:00:00+08:00"), NOW).at == MONDAY
    assert decode(send(at="2026-01-04T16:00:00Z"), NOW).at == MONDAY


def test_an_explicit_field_wins_over_the_step_of_the_same_event() -> None:
    event = decode(send(set={"filed_at": MONDAY - 5}), NOW)
    assert named(event.changes)["filed_at"] == MONDAY - 5


def test_without_rev_one_is_minted_from_the_time() -> None:
    assert decode(send(rev=None), NOW).rev == MONDAY


def test_null_clears_and_unknown_fields_stay_in_the_archive_only() -> None:
    event = decode(send(step="∅", set={"district": None, "weather": "snow"}), NOW)
    assert named(event.changes) == {"district": None}
    assert b"snow" in event.body


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "not an event"),
        (b"[]", "not an event"),
        (b"\xff\xfe", "not an event"),
        (b"[" * 60_000, "not an event"),
        (send(note="路").replace("路".encode(), b"\x80"), "not an event"),
        (b'{"id":"\\ud800","type":"case","at":1767542400000,"case":"x"}', "not an event"),
        (send(type="call"), "expected case"),
        (send(case="∅"), "case: missing"),
        (send(case=""), "not an event"),
        (send(id="∅"), "not an event"),
        (send(id="x" * 129), "not an event"),
        (send(rev=0), "not an event"),
        (send(rev="7"), "not an event"),
        (send(rev=True), "not an event"),
        (send(step="fil"), "expected one of report"),
        (send(step="∅"), "nothing to update"),
        (send(at="2026-01-05 noon"), "not an event"),
        (send(at="2026-01-05T00:00:00"), "not an event"),
        (send(at=MONDAY // 1000), "looks like epoch seconds"),
        (send(at=1), "before 2000"),
        (send(at="∞").replace('"∞"'.encode(), b"9" * 400), f"at: {'9' * 57}... lies in the future"),
        (send(at=NOW + FUTURE_TOLERANCE_MS), "in the future"),
        (send(at="9999-12-31T23:59:59-23:59"), "in the future"),
        (send(set={"closed_at": NOW + 10**9}), "closed_at"),
        (send(set={"deadline": 2**52}), "deadline"),
        (send(set={"deadline": "soon"}), "RFC 3339"),
        (send(set={"deadline": "2026-01-05T00:00:00"}), "no offset"),
        (send(set={"rework_count": -1}), "expected a whole number 0"),
        (send(set={"rework_count": 1.5}), "expected a whole number"),
        (send(set={"satisfaction": 6}), "1 … 5"),
        (send(set={"lat": 91}), "-90 … 90"),
        (send(set={"lon": "113"}), "expected a number"),
        (send(set={"self_handled": 1}), "true or false"),
        (send(set={"district": 410105}), "is not text"),
        (send(set={"district": "x" * 65}), "expected 1–64"),
        (send(set={"place": "路" * 41}), "expected 1–40"),
        (send(set={"place": "a\nb"}), "control characters"),
        (send(case="A\x00"), "control characters"),
        (send(set={"place": "x" * 1_000_000}), f"at most {MAX_BYTES}"),
    ],
)
def test_bad_input_is_refused_in_words(body: bytes, words: str) -> None:
    with pytest.raises(Rejected) as error:
        decode(body, NOW)
    assert words in str(error.value)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)


@given(
    st.binary(max_size=200)
    | st.tuples(st.sampled_from([*GOOD, "sent_by", "set"]), json_values).map(
        lambda changed: json.dumps({**GOOD, changed[0]: changed[1]}).encode("utf-8")
    )
    | st.tuples(st.sampled_from(FIELDS), json_values).map(
        lambda changed: json.dumps({**GOOD, "set": {changed[0]: changed[1]}}).encode("utf-8")
    )
)
def test_whatever_comes_is_an_event_or_refused(body: bytes) -> None:
    try:
        event = decode(body, NOW)
    except Rejected as error:
        assert str(error)
    else:
        assert event.changes and event.rev >= 1


def test_the_town_speaks_the_contract() -> None:
    assert decode(line("A1", 1, MONDAY, "report", district="101"), NOW).case == "A1"
