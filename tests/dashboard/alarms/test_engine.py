"""Alarms hold: one an incident, entered and left after their time, whatever flaps or fails."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dashboard.alarms.engine import SHOWN_CLEARED_MS, Engine, Reading
from dashboard.alarms.rules import Rule, condition

QUEUE = Rule(
    "queue",
    "排队告警",
    "排队人数超过上限",
    "now.calls.waiting_now",
    condition("> 5"),
    condition("<= 3"),
    enter_hold_s=30,
    leave_hold_s=60,
    severity="bad",
)


def play(*steps: tuple[int, float | None], engine: Engine | None = None) -> list[tuple[str, int]]:
    """(second, waiting) → (what happened, second)."""
    engine = engine or Engine()
    out: list[tuple[str, int]] = []
    for second, waiting in steps:
        for what, _ in engine.step(second * 1000, [Reading(QUEUE, waiting)]):
            out.append((what, second))
    return out


def test_it_enters_after_its_hold_and_leaves_after_the_other() -> None:
    assert play((0, 6), (29, 7), (30, 7), (100, 3), (159, 2), (160, 2)) == [
        ("entered", 30),
        ("cleared", 160),
    ]


def test_a_dip_starts_the_hold_anew() -> None:
    assert play((0, 6), (20, 5), (25, 6), (54, 6)) == []
    assert play((0, 6), (20, 5), (25, 6), (55, 6)) == [("entered", 55)]


def test_between_the_thresholds_nothing_changes() -> None:
    assert play((0, 9), (30, 9), (40, 4), (200, 5), (300, 4)) == [("entered", 30)]


def test_flapping_around_the_limit_is_one_alarm() -> None:
    flapping = [(second, 6 if second % 2 else 4) for second in range(31, 300)]
    assert play((0, 6), (30, 6), *flapping) == [("entered", 30)]


def test_no_data_is_no_evidence_either_way() -> None:
    assert play((0, 6), (15, None), (29, 6), (40, 6)) == []
    assert play((0, 6), (30, 6), (40, 2), (60, None), (90, 2), (140, 2)) == [("entered", 30)]
    assert play((0, 6), (30, 6), (40, 2), (60, None), (90, 2), (150, 2))[-1] == ("cleared", 150)


def test_a_clock_set_back_restarts_the_hold() -> None:
    assert play((1000, 6), (10, 6), (39, 6), (40, 6)) == [("entered", 40)]


def test_members_are_incidents_of_their_own_and_keep_their_worst() -> None:
    engine = Engine()
    rule = Rule("source", "来源断线", "没有数据", "source", condition("> 10"), condition("<= 3"))
    changes = engine.step(0, [Reading(rule, 11, "a", "甲"), Reading(rule, 2, "b", "乙")])
    assert [alarm.key for _, alarm in changes] == ["source:a"]
    engine.step(1000, [Reading(rule, 40, "a", "甲")])
    engine.step(2000, [Reading(rule, 12, "a", "甲")])
    assert (engine.alarms["source:a"].value, engine.alarms["source:a"].peak) == (12, 40)
    engine.step(3000, [])
    assert "source:a" in engine.alarms


def test_the_first_acknowledgement_stays() -> None:
    engine = Engine()
    play((0, 6), (30, 6), engine=engine)
    assert engine.acknowledge("queue@30000", 31_000, "王敏", "operator") is not None
    assert engine.acknowledge("queue@30000", 39_000, "李强", "admin") is not None
    alarm = engine.alarms["queue"]
    assert (alarm.acked_at, alarm.acked_by) == (31_000, "王敏")
    assert engine.acknowledge("queue@1", 31_000, "王敏", "operator") is None


def test_a_cleared_one_is_shown_for_a_minute() -> None:
    engine = Engine()
    play((0, 6), (30, 6), (40, 0), (100, 0), engine=engine)
    assert len(engine.cleared) == 1
    engine.step(100_000 + SHOWN_CLEARED_MS, [])
    assert len(engine.cleared) == 1
    engine.step(100_001 + SHOWN_CLEARED_MS, [])
    assert engine.cleared == []


def test_what_was_stored_goes_on() -> None:
    engine = Engine()
    play((0, 6), (30, 6), engine=engine)
    again = Engine(engine.alarms.values())
    assert play((31, 6), (40, 1), (100, 1), engine=again) == [("cleared", 100)]


def test_rules_that_are_no_more_end_their_alarms() -> None:
    engine = Engine()
    play((0, 6), (30, 6), engine=engine)
    assert engine.retire(60_000, ["queue"]) == []
    ((what, alarm),) = engine.retire(60_000, ["lag"])
    assert (what, alarm.cleared_at, engine.alarms) == ("cleared", 60_000, {})


@given(
    st.lists(st.tuples(st.integers(1, 40), st.one_of(st.none(), st.integers(0, 9))), max_size=60)
)
def test_it_enters_only_after_unbroken_evidence(steps: list[tuple[int, int | None]]) -> None:
    """Oracle: an entry (exit) needs every reading of its hold to satisfy the condition."""
    engine, now, seen = Engine(), 0, []
    for forward, waiting in steps:
        now += forward
        before = "queue" in engine.alarms
        changes = engine.step(now * 1000, [Reading(QUEUE, waiting)])
        seen.append((now, waiting))
        hold, holds = (60, QUEUE.leave.holds) if before else (30, QUEUE.enter.holds)
        streak = []
        for at, value in reversed(seen):
            if value is None or not holds(value):
                break
            streak.append(at)
        settled = bool(streak) and now - streak[-1] >= hold
        assert bool(changes) == settled
        if changes:
            seen = []
        assert len(engine.alarms) <= 1
