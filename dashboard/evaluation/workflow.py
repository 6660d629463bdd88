"""Who may do what to a book when 办理流程: draft → submitted → reviewed → locked, by two people.

填报 draft: operators type. 已提交 submitted: a reviewer, never the one who submitted, reviews or
returns it. 已复核 reviewed. 已锁定 locked: nothing changes any more; what the measures say later is
shown as drift. Reopening 重开 is an act of somebody other than the submitter, with a reason.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

BookState = Literal["draft", "submitted", "reviewed", "locked"]
STATES: Final[dict[BookState, str]] = {
    "draft": "填报中",
    "submitted": "已提交",
    "reviewed": "已复核",
    "locked": "已锁定",
}
ActionId = Literal["submit", "return", "review", "lock", "reopen"]


@dataclass(frozen=True)
class Action:
    """A step of the workflow: its word, whence and whither, who, and what it demands."""

    id: ActionId
    label: str
    before: tuple[BookState, ...]
    after: BookState
    role: str
    another: bool = False
    """By another person than the one who submitted."""
    reason: bool = False
    """Only with a reason 须写明理由."""


ACTIONS: Final[dict[ActionId, Action]] = {
    action.id: action
    for action in (
        Action("submit", "提交", ("draft",), "submitted", "operator"),
        Action("return", "退回", ("submitted",), "draft", "reviewer", another=True, reason=True),
        Action("review", "复核通过", ("submitted",), "reviewed", "reviewer", another=True),
        Action("lock", "锁定", ("reviewed",), "locked", "reviewer", another=True),
        Action(
            "reopen",
            "重开",
            ("reviewed", "locked"),
            "draft",
            "reviewer",
            another=True,
            reason=True,
        ),
    )
}
SCORES: Final = ("overrides", "levels", "total")
"""What a reviewer may write while the book is submitted; everything else is the operators'."""


@dataclass(frozen=True)
class Person:
    """Somebody who acts: account, name as shown, roles."""

    user: str
    name: str
    roles: frozenset[str]


class Refused(ValueError):
    """An act that is not this person's, not now, or not without a reason; says which, and why."""


def check_action(
    id: ActionId, state: BookState, who: Person, submitter: str, reason: str
) -> Action:
    """The action, if `who` may do it now; raises `Refused`. `submitter`: account, "" if none."""
    action = ACTIONS[id]
    if state not in action.before:
        needed = "、".join(STATES[one] for one in action.before)
        raise Refused(f"不能{action.label}：本册{STATES[state]}，{action.label}须在{needed}时")
    if action.role not in who.roles:
        raise Refused(f"不能{action.label}：{who.name} 没有{ROLE_NAMES[action.role]}角色")
    if action.another and who.user == submitter:
        raise Refused(f"不能{action.label}：{who.name} 是提交人，须由另一人{action.label}")
    if action.reason and not reason.strip():
        raise Refused(f"{action.label}须写明理由")
    return action


def check_edit(cells: Collection[str], state: BookState, who: Person, submitter: str) -> None:
    """Whether `who` may write these cells now; raises `Refused`."""
    if state == "draft":
        if "operator" not in who.roles:
            raise Refused(f"不能填写：{who.name} 没有{ROLE_NAMES['operator']}角色")
        return
    if state == "submitted" and "reviewer" in who.roles and who.user != submitter:
        others = [cell for cell in cells if cell.partition(".")[0] not in SCORES]
        if not others:
            return
        raise Refused(f"复核时只能改评分，不能改 {'、'.join(others)}：请退回填报")
    raise Refused(f"不能修改：本册{STATES[state]}")


def allowed(state: BookState, who: Person, submitter: str) -> list[Action]:
    """What `who` could do now, given a reason where one is needed."""
    out: list[Action] = []
    for id, action in ACTIONS.items():
        try:
            check_action(id, state, who, submitter, "理由")
        except Refused:
            continue
        out.append(action)
    return out


ROLE_NAMES: Final = {"operator": "业务（填报）", "reviewer": "复核"}
