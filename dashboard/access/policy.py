"""The policy 权限表: which role may do what, and what each route does. What is not here is denied.

One table for the whole program: a route without a line in `ROUTES` refuses to start.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from dashboard.access.identity import Identity
from dashboard.access.roles import PEOPLE, Role

W, V, O, R, A, S = (  # noqa: E741
    Role.WALL, Role.VIEWER, Role.OPERATOR, Role.REVIEWER, Role.ADMIN, Role.AUDITOR,
)  # fmt: skip

ANYBODY: Final = "public"
OWN: Final = "account.own"
METRICS: Final = "metrics.read"
"""Also for whoever is on this machine, see `accessweb`."""


@dataclass(frozen=True)
class Action:
    """What can be done 操作, and who may."""

    name: str
    roles: frozenset[Role]


def _action(name: str, *roles: Role) -> Action:
    return Action(name, frozenset(roles))


ACTIONS: Final[Mapping[str, Action]] = {
    ANYBODY: _action("公开：登录页、样式与字体、健康检查"),
    OWN: _action("自己的账号：改密码、动态口令、退出", *PEOPLE),
    "wall.show": _action("看墙：汇总数、实时流、地图", W, V, O, R, A, S),
    "wall.beat": _action("报屏幕心跳", W),
    "cell.show": _action("看一个网格的数", W, V, O, R, A, S),
    "cases.list": _action("看案卷清单", V, O, R),
    "desk.read": _action("看领导页面与填报", V, O, R),
    "exports.make": _action("导出", V, O, R),
    "cases.correct": _action("更正案卷与停机记录", O),
    "alarms.acknowledge": _action("确认告警", O),
    "annotations.write": _action("写趋势图上的标注", O),
    "forms.fill": _action("填报、送审", O),
    "forms.review": _action("复核、退回、归档", R),
    "screens.read": _action("看各块屏的状态", O, A),
    "system.manage": _action("账号、屏幕、接入令牌、系统参数", A),
    "audit.read": _action("看审计日志", S),
    "audit.export": _action("导出审计日志", S),
    "events.send": _action("送事件", Role.SENDER),
    METRICS: _action("看运行指标 /metrics", A, Role.MONITOR),
}

Csrf = Literal["token", "origin", "none"]


@dataclass(frozen=True)
class Rule:
    """What a route does; how a change proves that our own page asked for it; how many bytes it may
    bring."""

    action: str
    csrf: Csrf = "token"
    body: int = 262_144


_SHOW = Rule("wall.show")
_DESK = Rule("desk.read")
_OPEN = Rule(ANYBODY)
_MINE = Rule(OWN)

ROUTES: Final[Mapping[str, Mapping[str, Rule]]] = {
    "/": {"GET": _SHOW},
    "/healthz": {"GET": _OPEN},
    "/livez": {"GET": _OPEN},
    "/metrics": {"GET": Rule(METRICS)},
    "/assets": {"GET": _OPEN},
    "/live": {"GET": _SHOW},
    "/replay/*": {"GET": _SHOW},
    "/wall": {"GET": _SHOW},
    "/wall/*": {"GET": _SHOW},
    "/wall/beat": {"POST": Rule("wall.beat", csrf="origin", body=4_096)},
    # Dash reads by POST; it changes nothing, and screens have no token to bring along
    "/wall/_{dash:path}": {"GET": _SHOW, "POST": Rule("wall.show", csrf="origin")},
    "/desk": {"GET": _DESK},
    "/desk/*": {"GET": _DESK},
    # the pages' callbacks ask `asking()` what they may do; see `deskweb`
    "/desk/_{dash:path}": {"GET": _DESK, "POST": Rule("desk.read", csrf="origin")},
    "/desk/annotations/*": {"POST": Rule("annotations.write", body=8_192)},
    "/desk/screens": {"GET": Rule("screens.read")},
    "/desk/screens/*": {"POST": Rule("system.manage", body=8_192)},
    "/desk/attach/*": {"POST": Rule("forms.fill", body=64 << 20)},
    "/desk/export/*": {"GET": Rule("exports.make")},
    "/desk/attachment/*": {"GET": _DESK},
    "/grid/*": {"GET": _SHOW},
    "/tiles/*": {"GET": _SHOW},
    "/base/*": {"GET": _SHOW},
    "/heat/*": {"GET": _SHOW},
    "/cell/*": {"GET": Rule("cell.show")},
    "/api/events": {"POST": Rule("events.send", csrf="none", body=4 << 20)},
    # before there is a session, the forms carry a token of their own: see `signing`
    "/login": {"GET": _OPEN, "POST": Rule(ANYBODY, csrf="origin", body=8_192)},
    "/login/oidc": {"GET": _OPEN},
    "/login/oidc/callback": {"GET": _OPEN},  # held to the journey's signed cookie and state
    "/login/totp": {"GET": _MINE, "POST": _MINE},
    "/audit": {"GET": Rule("audit.read")},
    "/audit/export": {"GET": Rule("audit.export")},
    "/logout": {"POST": _MINE},
    "/account": {"GET": _MINE},
    "/account/password": {"GET": _MINE, "POST": _MINE},
    "/account/totp": {"GET": _MINE, "POST": _MINE},
}
"""Path of the route, or its beginning and `*`; the longest that fits counts."""

STAGES: Final[Mapping[str, frozenset[str]]] = {
    "totp": frozenset({"/login/totp", "/logout"}),
    "change": frozenset({"/account/password", "/logout"}),
}
"""Where somebody half signed in may go."""


def rules_of(path: str) -> Mapping[str, Rule] | None:
    """The rules of a route by method, None where there are none: then nobody may."""
    if path in ROUTES:
        return ROUTES[path]
    starts = [key for key in ROUTES if key.endswith("*") and path.startswith(key[:-1])]
    return ROUTES[max(starts, key=len)] if starts else None


def rule_of(path: str, method: str) -> Rule | None:
    """The rule of one request; HEAD is asked like GET."""
    rules = rules_of(path)
    return None if rules is None else rules.get("GET" if method == "HEAD" else method)


def may(identity: Identity, action: str) -> bool:
    """Whether somebody may do something; what is not in the table nobody may."""
    if action == ANYBODY:
        return True
    found = ACTIONS.get(action)
    return found is not None and identity.stage == "full" and bool(found.roles & identity.roles)
