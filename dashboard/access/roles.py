"""Roles 角色, with separated powers 三权分立: who runs the system does not see its business, who
watches them does neither."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What somebody is here for; `wall`, `sender`, `monitor` are devices and programs."""

    WALL = "wall"
    VIEWER = "viewer"
    OPERATOR = "operator"
    REVIEWER = "reviewer"
    ADMIN = "admin"
    AUDITOR = "auditor"
    SENDER = "sender"
    MONITOR = "monitor"


NAMES: Final = {
    Role.WALL: "大屏",
    Role.VIEWER: "查看",
    Role.OPERATOR: "业务",
    Role.REVIEWER: "复核",
    Role.ADMIN: "系统管理",
    Role.AUDITOR: "安全审计",
    Role.SENDER: "数据接入",
    Role.MONITOR: "监控",
}
PEOPLE: Final = (Role.VIEWER, Role.OPERATOR, Role.REVIEWER, Role.ADMIN, Role.AUDITOR)
BUSINESS: Final = frozenset({Role.VIEWER, Role.OPERATOR, Role.REVIEWER})


class BadRoles(ValueError):
    """Roles that nobody may have, or not together; the text says why."""


def read_roles(texts: Iterable[str]) -> frozenset[Role]:
    """The roles of one person. Raises `BadRoles`.

    Business roles 查看、业务、复核 go together (one document still needs two people), 系统管理 and
    安全审计 each stand alone.
    """
    wanted = [text.strip().lower() for text in texts if text.strip()]
    known = {role.value: role for role in PEOPLE}
    if unknown := [text for text in wanted if text not in known]:
        raise BadRoles(f"角色 {'、'.join(unknown)}：应为 {'、'.join(known)} 中的")
    roles = frozenset(known[text] for text in wanted)
    if not roles:
        raise BadRoles(f"至少一个角色：{'、'.join(known)}")
    if len(roles) > 1 and not roles <= BUSINESS:
        alone = [NAMES[r] for r in (Role.ADMIN, Role.AUDITOR) if r in roles]
        raise BadRoles(f"{'、'.join(alone)}不能兼任其他角色（三权分立）")
    return roles


def shown(roles: Iterable[Role]) -> str:
    """The roles in Chinese, in the order of the table."""
    mine = set(roles)
    return "、".join(NAMES[role] for role in NAMES if role in mine)
