"""`[alarms]` of a city: the usual rules, changed, switched off, added to — or refused in words."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from dashboard.alarmprofile import USUAL, read_alarms
from dashboard.alarms.rules import AlarmSettings, Condition
from dashboard.city import BUILT_IN, load_profile
from dashboard.tomltable import ProfileError, Table


def read(text: str) -> AlarmSettings:
    values: dict[str, Any] = tomllib.loads(text)
    return read_alarms(Table(values, "qingshi.toml", "alarms"))


def test_a_city_that_says_nothing_has_the_usual_rules() -> None:
    assert read("").rules == USUAL
    assert all(load_profile(city).alarms.rules for city in BUILT_IN)


def test_a_usual_rule_is_changed_in_part() -> None:
    rule = read('[[rules]]\nid = "queue"\nenter = "> 8"\nleave = "<= 4"').rules["queue"]
    assert (rule.enter, rule.title, rule.unit) == (Condition(">", 8), "排队告警", "人")


def test_rules_are_switched_off_and_added() -> None:
    found = read(
        """
        off = ["surge-grid"]
        quiet_hours = "22:00-07:00"
        [[rules]]
        id = "closure"
        title = "结案率低"
        text = "本月结案率低于下限"
        watch = "month.cases.closure_rate"
        enter = "< 0.9"
        leave = ">= 0.92"
        severity = "warn"
        scene = "overview"
        """
    )
    assert "surge-grid" not in found.rules
    assert found.rules["closure"].limit() == "< 90 %"
    assert str(found.quiet) == "22:00–7:00"


RULE = 'id = "x"\ntitle = "题"\ntext = "文"\nwatch = "gap"\nenter = "> 0"\nleave = "<= 0"\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('off = ["weather"]', "alarms.off[0]"),
        ('quiet_hours = "25:00-07:00"', "alarms.quiet_hours"),
        ('quiet_hours = "07:00-07:00"', "22:00-07:00"),
        ("[[rules]]\n" + RULE.replace('"gap"', '"today.cases.weather"'), "today.<指标>"),
        ("[[rules]]\n" + RULE.replace('"gap"', '"weather"'), "alarms.rules[0].watch"),
        ("[[rules]]\n" + RULE.replace('"> 0"', '"= 0"'), "比较与数字"),
        ("[[rules]]\n" + RULE.replace('"<= 0"', '"<= 1"'), "重叠"),
        ("[[rules]]\n" + RULE.replace('"<= 0"', '">= 0"'), "方向相反"),
        ("[[rules]]\n" + RULE.replace('"题"', '"太长太长太长太长太长"'), "至多 8 个字"),
        ("[[rules]]\n" + RULE + 'severity = "red"', "bad、warn、info"),
        ("[[rules]]\n" + RULE + "enter_hold_s = -1", "alarms.rules[0].enter_hold_s"),
        ("[[rules]]\n" + RULE + 'sound = "loud"', "sound"),
        ('[[rules]]\nid = "new"', "alarms.rules[0].watch"),
    ],
)
def test_what_is_wrong_is_named(text: str, words: str) -> None:
    with pytest.raises(ProfileError) as error:
        read(text)
    assert words in str(error.value)
