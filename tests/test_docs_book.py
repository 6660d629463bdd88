"""docs/book.md says the workflow that is in the code."""

from __future__ import annotations

import re
from pathlib import Path

from dashboard.evaluation.workflow import ACTIONS, STATES

PAGE = (Path(__file__).parents[1] / "docs" / "book.md").read_text("utf-8")


def test_every_step_of_the_workflow_has_its_row() -> None:
    rows = re.findall(r"^\| (\S+) \| ([^|]+) \| (\S+) \| ([^|]+) \| ([^|]*)\|$", PAGE, re.M)
    told = {label: (before, after, who) for label, before, after, who, _ in rows[1:]}
    assert list(told) == [action.label for action in ACTIONS.values()]
    for action in ACTIONS.values():
        before, after, who = told[action.label]
        assert before.strip().split("、") == [STATES[one] for one in action.before]
        assert after == STATES[action.after]
        assert ("不是提交人" in who) == action.another
