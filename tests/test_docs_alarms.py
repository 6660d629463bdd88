"""docs/alarms.md says the rules that are in the code, and its example is accepted."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from dashboard.alarmprofile import USUAL, read_alarms
from dashboard.alarms.rules import SEVERITIES, WATCHED, Rule
from dashboard.tomltable import Table

PAGE = (Path(__file__).parents[1] / "docs" / "alarms.md").read_text("utf-8")


def row(rule: Rule) -> str:
    watched = f"`{rule.watch}`"
    severity, scene = SEVERITIES[rule.severity], rule.scene or "—"
    limits = f"{rule.limit()} | {rule.end()}"
    return f"| `{rule.id}` {rule.title} | {watched} | {limits} | {severity} | {scene} |"


def test_every_usual_rule_has_its_row() -> None:
    assert re.findall(r"^\| `[a-z-]+` [^|].*\|$", PAGE, re.M) == [
        row(rule) for rule in USUAL.values()
    ]


def test_everything_that_can_be_watched_is_listed() -> None:
    assert re.findall(r"^\| `([a-z_:]+)` \| [^|]+ \|$", PAGE, re.M) == list(WATCHED)
    assert all(f"| `{watch}` | {text} |" in PAGE for watch, text in WATCHED.items())


def test_the_example_is_accepted() -> None:
    (example,) = re.findall(r"^```toml\n(.*?)^```", PAGE, re.M | re.S)
    settings = read_alarms(Table(tomllib.loads(example)["alarms"], "example", "alarms"))
    assert settings.rules["queue"].enter.number == 8 and "closure" in settings.rules
