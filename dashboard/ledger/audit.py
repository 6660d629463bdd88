"""The audit log 审计日志: appended in the transaction of what it tells, chained, never changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select

from dashboard.access.trail import GENESIS, LEAST_DAYS, Entry, Link, chained
from dashboard.ledger.accessschema import audit as table
from dashboard.ledger.database import Database
from dashboard.ledger.schema import cursors

PAGE: Final = 1_000
DAY_MS: Final = 86_400_000
RELAYED: Final = "audit:syslog"
_LOCK: Final = 0x6175_6469_74  # "audit"

Told = Callable[[Link], None]


def append(connection: Connection, entry: Entry) -> Link:
    """Adds an entry inside the caller's write transaction: it stands if what it tells stands."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("select pg_advisory_xact_lock(%s)", (_LOCK,))
    last = connection.execute(
        select(table.c.seq, table.c.hash).order_by(table.c.seq.desc()).limit(1)
    ).first()
    seq, before = (last.seq + 1, last.hash) if last else (1, GENESIS)
    detail = entry.written()
    link = Link(seq, entry, before, chained(seq, entry, detail, before), detail)
    connection.execute(
        table.insert().values(
            seq=seq,
            at=entry.at,
            who=entry.who,
            action=entry.action,
            subject=entry.subject,
            detail=detail,
            address=entry.address,
            before=before,
            hash=link.hash,
        )
    )
    return link


def audit(
    connection: Connection,
    at: int,
    who: str,
    action: str,
    subject: str = "",
    detail: Mapping[str, Any] | None = None,
    address: str = "",
) -> Link:
    """The same for other rooms of the ledger: who did what to what, `at` epoch ms."""
    return append(connection, Entry(at, who, action, subject, detail or {}, address))


@dataclass(frozen=True)
class Verdict:
    """What a check of the chain found: how many entries, the newest hash, the first wrong entry."""

    entries: int
    first: int
    head: str
    wrong: str = ""


class AuditLog:
    """The log of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, entry: Entry) -> Link:
        """An entry in a transaction of its own."""
        with self._database.write() as connection:
            return append(connection, entry)

    def entries(
        self, since: int = 0, until: int | None = None, action: str = "", who: str = ""
    ) -> Iterator[Link]:
        """Entries from `since` up to `until` (epoch ms), oldest first."""
        where = [table.c.at >= since]
        if until is not None:
            where.append(table.c.at < until)
        if action:
            where.append(table.c.action == action)
        if who:
            where.append(table.c.who == who)
        after = 0
        while True:
            query = select(table).where(*where, table.c.seq > after).order_by(table.c.seq)
            with self._database.read() as connection:
                found = [_link(row) for row in connection.execute(query.limit(PAGE))]
            yield from found
            if len(found) < PAGE:
                return
            after = found[-1].seq

    def newest(self, count: int, before: int | None = None, action: str = "") -> list[Link]:
        """The newest entries, those below the number `before`, newest first."""
        query = select(table).order_by(table.c.seq.desc()).limit(count)
        if before is not None:
            query = query.where(table.c.seq < before)
        if action:
            query = query.where(table.c.action == action)
        with self._database.read() as connection:
            return [_link(row) for row in connection.execute(query)]

    def relay(self, send: Callable[[Link], object], most: int = PAGE) -> int:
        """Hands entries that were not handed on yet to `send`, oldest first; returns how many. One
        process at a time; what `send` raised on comes again."""
        with self._database.write() as connection:
            where = cursors.c.stream == RELAYED
            done = connection.scalar(select(cursors.c.position).where(where))
            query = select(table).where(table.c.seq > int(done or 0)).order_by(table.c.seq)
            found = [_link(row) for row in connection.execute(query.limit(most))]
            for link in found:
                send(link)
            if found:
                position = str(found[-1].seq)
                connection.execute(cursors.delete().where(where))
                connection.execute(cursors.insert().values(stream=RELAYED, position=position))
            return len(found)

    def verify(self) -> Verdict:
        """Follows the whole chain, from its beginning or from where it was pruned."""
        count, first, head, expected = 0, 0, GENESIS, None
        for link in self.entries():
            if not count:
                first = link.seq
                if wrong := self._beginning(link):
                    return Verdict(0, first, link.before, wrong)
            elif link.seq != expected or link.before != head:
                return Verdict(count, first, head, f"第 {link.seq} 条与上一条接不上：有删除或插入")
            if not link.right():
                return Verdict(count, first, head, f"第 {link.seq} 条的内容被改过")
            count, head, expected = count + 1, link.hash, link.seq + 1
        return Verdict(count, first, head)

    def _beginning(self, link: Link) -> str:
        """Why the oldest entry cannot be it; "" for the first ever, and for one after a pruning
        that the log itself tells of."""
        if link.seq == 1:
            return "" if link.before == GENESIS else "第 1 条的内容被改过"
        for told in self.entries(action="audit.pruned"):
            if f'"head": "{link.before}"' in told.detail and told.entry.subject == str(
                link.seq - 1
            ):
                return ""
        return f"日志从第 {link.seq} 条开始，之前的没有清理记录"

    def prune(self, now: int, keep_days: int) -> int:
        """Removes entries older than `keep_days`, at least 180, and says so in the log; returns how
        many."""
        limit = now - max(keep_days, LEAST_DAYS) * DAY_MS
        with self._database.write() as connection:
            young = select(func.min(table.c.seq)).where(table.c.at >= limit).scalar_subquery()
            query = select(table.c.seq, table.c.hash).where(table.c.at < limit)
            last = connection.execute(
                query.where(table.c.seq < func.coalesce(young, 1 << 60))
                .order_by(table.c.seq.desc())
                .limit(1)
            ).first()
            if last is None:
                return 0
            mine = table.c.seq <= last.seq
            count = select(func.count()).select_from(table).where(mine)
            gone = int(connection.scalar(count) or 0)
            detail = {"entries": gone, "head": last.hash, "keep_days": max(keep_days, LEAST_DAYS)}
            append(connection, Entry(now, "system", "audit.pruned", str(last.seq), detail))
            connection.execute(table.delete().where(mine))  # after: the chain goes on
            return gone


def _link(row: Row[Any]) -> Link:
    entry = Entry(row.at, row.who, row.action, row.subject, {}, row.address)
    return Link(row.seq, entry, row.before, row.hash, row.detail)
