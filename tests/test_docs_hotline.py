"""What the documents say of the hotline, against the code."""

import re
import tomllib
from pathlib import Path

import pytest

from dashboard.calls.agents import STATES
from dashboard.calls.record import FIELDS, INDEX, STEPS
from dashboard.eventkinds import OtherEvent, read_event
from dashboard.events import Rejected
from dashboard.hotlineprofile import DUE_RULES, PERSON_REQUESTS, WAIT_FROM, Hotline

ROOT = Path(__file__).parent.parent
EVENTS = (ROOT / "docs/events.md").read_text("utf-8")
CITIES = (ROOT / "docs/cities.md").read_text("utf-8")
SECTION = EVENTS.split("## 来电与坐席")[1].split("\n## ")[0]
NOW = 1_830_000_000_000


def lines(tag: str) -> list[str]:
    found = re.search(rf"^```jsonl {tag}\n(.*?)^```", EVENTS, re.S | re.M)
    assert found is not None
    return found[1].splitlines()


def test_the_examples_are_accepted() -> None:
    events = [read_event(line.encode(), NOW) for line in lines("call")]
    assert all(isinstance(event, OtherEvent) for event in events)
    assert len(events) == 9


@pytest.mark.parametrize("line", lines("call rejected"))
def test_the_counter_examples_are_rejected(line: str) -> None:
    with pytest.raises(Rejected):
        read_event(line.encode(), NOW)


def test_every_step_field_and_state_is_told() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| [^|]+ \| `(\w+_at)` \|$", SECTION, re.M))
    assert rows == {step: FIELDS[index] for step, index in STEPS.items()}
    assert [name for name in INDEX if f"`{name}`" not in SECTION] == []
    assert [f"`{state}` {name}" for state, name in STATES.items()
            if f"`{state}` {name}" not in SECTION] == []  # fmt: skip


def test_the_profile_table_shows_the_defaults() -> None:
    table = CITIES.split("[hotline] ")[1].split("\n[")[0]
    values = [line.partition(" # ")[0] for line in table.splitlines()[1:]]
    told = tomllib.loads("\n".join(values))
    for key, value in told.items():
        usual = getattr(Hotline(), key)
        assert key == "seats" or value == (list(usual) if key == "beside" else usual), key
    assert set(told) == set(Hotline.__dataclass_fields__) - {"years"}
    for word in (*PERSON_REQUESTS, *WAIT_FROM, *DUE_RULES):
        assert word in table
