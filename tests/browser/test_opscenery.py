"""The hand-made frame keeps the contract of docs/frame.md to the letter."""

from __future__ import annotations

import json

import pytest

from dashboard.snapshot import MAX_BYTES, read_frame, slim
from tests.browser import (
    annualscenery,
    backlogscenery,
    opscenery,
    opscrowd,
    rankingscenery,
    scenery,
)
from tests.framepage import PARTS, extra_variants, paths, promised

FRAME = scenery.frame(**opscenery.operations())


@pytest.mark.parametrize("part", PARTS)
def test_every_promised_key_of_a_part_is_there_and_no_other(part: str) -> None:
    assert paths(FRAME, PARTS[part]) - extra_variants(FRAME) == promised(part)


def test_the_frame_is_one_and_small() -> None:
    assert read_frame(FRAME) == FRAME
    assert len(json.dumps(FRAME, ensure_ascii=False).encode()) <= MAX_BYTES


def test_with_everything_at_its_largest_at_once_it_is_still_small() -> None:
    crowded = opscrowd.crowded() | annualscenery.crowded() | backlogscenery.crowded()
    crowded |= rankingscenery.crowded()
    frame = slim(scenery.frame(**(opscenery.operations() | crowded)))  # type: ignore[arg-type]
    size = len(json.dumps(frame, ensure_ascii=False, separators=(",", ":")).encode())
    assert 50_000 < size <= MAX_BYTES


def test_the_lanes_and_the_calendar_add_up() -> None:
    lanes = FRAME["s"]["platform.lanes"]
    for row in FRAME["t"]["platform.lanes"]:
        for text, total in ((row["h24"], lanes["cells"]), (row["d90"], lanes["days"])):
            runs = [int(run) for run in "".join(c if c.isdigit() else " " for c in text).split()]
            assert sum(runs) == total, row
    calendar = FRAME["s"]["platform.calendar"]
    assert len(calendar["days"]) == 365
    assert sum(calendar["counts"].values()) == calendar["today"] + 1 == 325
