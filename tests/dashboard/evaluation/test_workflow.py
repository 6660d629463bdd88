"""A book goes through two people's hands; nobody approves what they submitted themselves."""

from __future__ import annotations

import pytest

from dashboard.evaluation.workflow import (
    ACTIONS,
    BookState,
    Person,
    Refused,
    allowed,
    check_action,
    check_edit,
)

WANG = Person("wang", "王敏", frozenset({"operator"}))
LI = Person("li", "李强", frozenset({"reviewer"}))
BOTH = Person("zhao", "赵宁", frozenset({"operator", "reviewer"}))
ADMIN = Person("admin", "管理员", frozenset({"admin"}))


def ids(state: BookState, who: Person, submitter: str = "wang") -> list[str]:
    return [action.id for action in allowed(state, who, submitter)]


def test_each_step_belongs_to_a_role_and_a_state() -> None:
    assert ids("draft", WANG, "") == ["submit"]
    assert ids("submitted", LI) == ["return", "review"]
    assert ids("reviewed", LI) == ["lock", "reopen"]
    assert ids("locked", LI) == ["reopen"]
    assert ids("draft", LI) == ids("submitted", WANG) == ids("locked", WANG) == []
    for state in ("draft", "submitted", "reviewed", "locked"):
        assert ids(state, ADMIN) == []


def test_nobody_approves_what_they_submitted() -> None:
    for state in ("submitted", "reviewed", "locked"):
        assert ids(state, BOTH, "zhao") == []
        assert ids(state, BOTH, "wang") != []
    with pytest.raises(Refused, match="赵宁 是提交人"):
        check_action("review", "submitted", BOTH, "zhao", "")


def test_going_back_needs_a_reason() -> None:
    for id, state in (("return", "submitted"), ("reopen", "locked")):
        assert ACTIONS[id].reason
        with pytest.raises(Refused, match="理由"):
            check_action(id, state, LI, "wang", "  ")
        assert check_action(id, state, LI, "wang", "数据更正").after == "draft"


def test_operators_write_drafts_and_reviewers_only_scores_of_what_was_submitted() -> None:
    check_edit(["values.operators", "overrides.fault_rate"], "draft", WANG, "")
    check_edit(["overrides.fault_rate", "total"], "submitted", LI, "wang")
    refused = [
        (["values.operators"], "draft", LI, "没有业务"),
        (["values.operators"], "submitted", LI, "values.operators"),
        (["overrides.x"], "submitted", BOTH, "已提交"),
        (["overrides.x"], "submitted", WANG, "已提交"),
        (["overrides.x"], "locked", LI, "已锁定"),
    ]
    for cells, state, who, words in refused:
        with pytest.raises(Refused, match=words):
            check_edit(cells, state, who, "zhao")  # type: ignore[arg-type]
