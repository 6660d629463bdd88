"""Rules that could never hold are refused; what they say is what a reader expects."""

from __future__ import annotations

import pytest

from dashboard.alarms.rules import BadRule, QuietHours, Rule, condition, quantity


def rule(enter: str, leave: str, unit: str = "人") -> Rule:
    return Rule("r", "告警", "说明", "gap", condition(enter), condition(leave), 30, 300, unit=unit)


def test_limits_are_said_in_their_unit() -> None:
    assert rule("> 5", "<= 3").limit() == "> 5 人 持续 30 秒"
    assert rule("> 5", "<= 3").end() == "≤ 3 人 持续 5 分"
    assert rule("> 60", "<= 30", "秒").limit() == "> 1:00 持续 30 秒"
    assert rule("< 0.95", ">= 0.96", "%").limit() == "< 95 % 持续 30 秒"


@pytest.mark.parametrize(
    ("enter", "leave"), [("> 5", "> 3"), ("> 5", "<= 6"), ("< 3", ">= 2"), (">= 5", "<= 5")]
)
def test_thresholds_that_flap_are_refused(enter: str, leave: str) -> None:
    with pytest.raises(BadRule, match="leave"):
        rule(enter, leave)


def test_thresholds_may_touch() -> None:
    assert rule("> 5", "<= 5").enter.holds(6)


@pytest.mark.parametrize("text", ["5", "> five", "=> 5", "", "> 5 人"])
def test_a_condition_needs_a_comparison_and_a_number(text: str) -> None:
    with pytest.raises(BadRule):
        condition(text)


def test_quiet_hours_go_over_midnight() -> None:
    night = QuietHours(22 * 60, 7 * 60)
    assert [night.covers(h * 60) for h in (21, 22, 0, 6, 7)] == [False, True, True, True, False]
    assert str(night) == "22:00–7:00"
    assert not QuietHours().covers(0) and str(QuietHours()) == ""


def test_quantities() -> None:
    assert [quantity(n, "秒") for n in (59.6, 61, 3661)] == ["1:00", "1:01", "1:01:01"]
    assert quantity(0.9874, "%") == "98.74 %"
    assert quantity(12345, "件") == "12,345 件"
    assert quantity(2.5, "") == "2.5"
