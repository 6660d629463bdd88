"""The audit trail 审计日志: what an entry says, in Chinese, and the chain that shows tampering."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

LEAST_DAYS: Final = 180
"""Entries younger than this are never deleted: the database itself refuses."""
GENESIS: Final = "0" * 64

NAMES: Final[Mapping[str, str]] = {
    "init": "初始化",
    "sign_in": "登录",
    "sign_in.first": "登录第一步",
    "sign_in.failed": "登录失败",
    "sign_in.locked": "登录被锁",
    "sign_out": "退出",
    "session.ended": "会话结束",
    "session.renewed": "会话换新",
    "password": "改口令",
    "totp.on": "启用动态口令",
    "totp.off": "停用动态口令",
    "account.add": "新增账号",
    "account.change": "改账号",
    "account.disable": "停用账号",
    "account.enable": "启用账号",
    "screen.add": "新增屏幕",
    "screen.open": "屏幕接入",
    "screen.arrange": "改排片",
    "screen.order": "遥控屏幕",
    "screen.revoke": "吊销屏幕",
    "screen.unknown": "屏幕不在册",
    "screen.refused": "屏幕被拒",
    "token.add": "新增接入令牌",
    "token.revoke": "吊销接入令牌",
    "token.refused": "接入令牌被拒",
    "denied": "越权被拒",
    "export": "导出",
    "correction": "更正",
    "override": "改系统值",
    "acknowledge": "确认告警",
    "annotation.add": "新增标注",
    "annotation.change": "改标注",
    "annotation.remove": "删标注",
    "audit.export": "导出审计日志",
    "audit.pruned": "清理过期审计日志",
}
"""What happened 动作; other rooms may use further words, shown as they are."""


@dataclass(frozen=True)
class Entry:
    """One line: when (epoch ms), who 主体, did what 动作, to what 对象, from where."""

    at: int
    who: str
    action: str
    subject: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    address: str = ""

    def written(self) -> str:
        """The detail as kept."""
        return json.dumps(self.detail, ensure_ascii=False, sort_keys=True, default=str)


@dataclass(frozen=True)
class Link:
    """An entry in its place in the chain."""

    seq: int
    entry: Entry
    before: str
    hash: str
    detail: str
    """As kept; what the hash covers."""

    def right(self) -> bool:
        """Whether nothing of it was changed."""
        return self.hash == chained(self.seq, self.entry, self.detail, self.before)


def chained(seq: int, entry: Entry, detail: str, before: str) -> str:
    """The hash of an entry: over all it says, its place, and the entry before."""
    said = [seq, entry.at, entry.who, entry.action, entry.subject, detail, entry.address, before]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def line_of(link: Link) -> str:
    """One entry as JSON, in the words its hash covers."""
    entry = link.entry
    said = {
        "seq": link.seq, "at": entry.at, "who": entry.who, "action": entry.action,
        "name": NAMES.get(entry.action, entry.action), "subject": entry.subject,
        "detail": link.detail, "address": entry.address, "before": link.before, "hash": link.hash,
    }  # fmt: skip
    return json.dumps(said, ensure_ascii=False)
