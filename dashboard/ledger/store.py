"""The ledger 账本: one transaction a batch — archive, records, tally and cursor together or not.

Kill the process at any point: what was committed is whole and the cursor says where to go on. Two
writers take turns by a lock, and a stream's second reader is refused because its cursor moved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, and_, or_, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError

from dashboard.cases import DUE_AT, Row
from dashboard.counters import names
from dashboard.eventkinds import Event, OtherEvent, newest
from dashboard.events import CaseEvent
from dashboard.fold import fold
from dashboard.ledger import schema
from dashboard.ledger.allparts import PARTS
from dashboard.ledger.dialect import BULK_MB, SQLite, TallyRow, case_row
from dashboard.ledger.errors import CursorMoved, Fenced, LedgerAway, LedgerError, RulesMoved
from dashboard.ledger.leaserow import lease_of
from dashboard.ledger.migrate import ensure
from dashboard.ledger.parts import PartApplied
from dashboard.ledger.postgres import Postgres
from dashboard.masking import masked, masked_bytes
from dashboard.recounting import Codes, Recount
from dashboard.tally import Change, Delta, Rules

KEPT_BODY = 2_048
PAGE = 10_000


@dataclass(frozen=True)
class Refused:
    """One piece of input that could not be counted: where it stood, why, and its bytes."""

    position: str
    reason: str
    body: bytes


@dataclass(frozen=True)
class Advance:
    """Move the cursor of `stream` from `expected` (None: not there yet) to `position`."""

    stream: str
    position: str
    expected: str | None


@dataclass(frozen=True)
class Applied:
    """What one batch did. `seq` counts the ledger's batches: a jump means somebody else wrote."""

    changes: list[Change]
    delta: Delta
    unchanged: int
    seq: int
    parts: Mapping[str, PartApplied] = field(default_factory=dict)
    """What it did to the records beside the cases, by the name of the part."""


class Ledger:
    """The SQL store of one city. Open it once per process; every call is its own transaction."""

    def __init__(self, engine: Engine, dialect: SQLite | Postgres, rules: Rules) -> None:
        self.engine = engine
        self._dialect = self.dialect = dialect
        self._rules = rules
        self._patterns: dict[int, int] = {}
        self._parts = tuple(make(rules) for make in PARTS)
        self.fence: str | None = None
        """栅栏: the value of the lease with which alone this ledger still writes; see `lease`."""

    @classmethod
    def open(
        cls, url: str, rules: Rules, city: str, *, new_rules: bool = False, cache_mb: int = BULK_MB
    ) -> Ledger:
        """Connect, bring the schema up to date, check that the ledger is this city's.

        A ledger folded with other rules 时限、日历、单列来源、坐标系 or another grid 网格 is
        refused unless `new_rules`, which is for whoever calls `rebuild` next. One without cases
        takes whatever it is opened with. `cache_mb`: what a SQLite connection may keep in memory.
        """
        parsed = make_url(url)
        backend = parsed.get_backend_name()
        if backend not in ("sqlite", "postgresql"):
            raise LedgerError(f"ledger_url: {backend}, expected sqlite or postgresql")
        dialect = SQLite(cache_mb) if backend == "sqlite" else Postgres()
        ledger = cls(dialect.engine(parsed), dialect, rules)
        with ledger.writing() as connection:
            ensure(connection)
            ledger._dialect.remember(connection, "meta", [("city", city), ("seq", "0")])
            if not ledger._holds(connection):
                ledger._stamp(connection)
            known = _meta(connection)
        wrong = ""
        if known["city"] != city:
            wrong = f"{parsed.render_as_string()} belongs to {known['city']}, not to {city}"
        elif not new_rules:
            wrong = ledger._differs(known)
        if wrong:
            ledger.close()
            raise LedgerError(wrong)
        return ledger

    def _holds(self, connection: Connection) -> bool:
        """Whether anything is folded by the rules it was opened with."""
        if connection.scalar(select(schema.cases.c.id).limit(1)) is not None:
            return True
        return any(part.holds(connection) for part in self._parts)

    def _stamp(self, connection: Connection) -> None:
        """Notes what the ledger is folded with."""
        for key, value in (("rules", self._rules.version), ("grid", self._rules.places.version)):
            self._dialect.remember(connection, "meta", [(key, value)])
            where = schema.meta.c.key == key
            connection.execute(schema.meta.update().where(where), {"value": value})

    def _differs(self, known: Mapping[str, str]) -> str:
        """What a ledger's rules are other than ours, and what to do; "" if they are the same."""
        ours, grid = self._rules.version, self._rules.places.version
        if known["rules"] != ours:
            return (
                f"台账按另一套规则入账（{known['rules']}，现为 {ours}）：城市档案的时限、日历、"
                "单列来源或坐标系已改，请先运行 cityops reconcile --rebuild"
            )
        if known["grid"] != grid:
            return (
                f"台账按网格 {known['grid'] or '（无）'} 落格，现为 {grid or '（无）'}："
                "请先运行 cityops grid reassign"
            )
        return ""

    def close(self) -> None:
        """Release the connections."""
        self.engine.dispose()

    @property
    def rules(self) -> Rules:
        """The deadlines and the calendar the ledger folds with."""
        return self._rules

    @contextmanager
    def writing(self, *, fenced: bool = True) -> Iterator[Connection]:
        """A transaction of the one writer at a time; it commits unless an exception leaves it.

        Raises `Fenced` where this ledger has a fence and the lease is another's."""
        with self.reached():
            fresh = self.engine.connect().execution_options(cityops_write=True)
            with fresh as connection, connection.begin():
                self._dialect.lock(connection)
                if fenced and self.fence is not None:
                    self._check_fence(connection, self.fence)
                yield connection

    def _check_fence(self, connection: Connection, fence: str) -> None:
        held = lease_of(connection)
        if held.fence != fence:
            raise Fenced(f"写入权已归另一个工作进程（{held.holder or '无'}）")

    @contextmanager
    def reached(self) -> Iterator[None]:
        """A database that is away, locked or full is said in one line."""
        driver: Any = self.engine.dialect.loaded_dbapi  # COPY goes past SQLAlchemy
        away = (OperationalError, InterfaceError, InternalError, driver.OperationalError)
        try:
            yield
        except away as error:
            cause = str(error.__cause__ or error).strip() or type(error).__name__
            raise LedgerAway(f"台账数据库不可用：{cause.splitlines()[0]}") from error

    def apply(
        self,
        events: Sequence[Event],
        advance: Advance | Sequence[Advance] | None = None,
        refused: Sequence[Refused] = (),
        now: int = 0,
    ) -> Applied:
        """Fold one batch in one transaction. `now` (ms) dates what was refused; `advance`: the
        cursors of the streams it came from.

        Raises `CursorMoved` when the stream's cursor is not where `advance` expects it, and
        `RulesMoved` when the ledger has got other rules or another grid since it was opened.
        """
        advances = [advance] if isinstance(advance, Advance) else list(advance or ())
        try:
            with self.writing() as connection:
                if moved := self._differs(_meta(connection)):
                    raise RulesMoved(moved)
                for one in advances:
                    self._check(connection, one)
                cases = [event for event in events if isinstance(event, CaseEvent)]
                stored = self._dialect.load(connection, {event.case for event in cases})
                folded = fold(cases, stored, self._rules)
                self._dialect.archive(connection, [(e.case, e.id, e.at, e.body) for e in cases])
                self._dialect.replace_cases(
                    connection,
                    [case_row(case, folded.revs[case], row) for case, _, row in folded.changes],
                )
                self._dialect.add_tally(connection, self._tally_rows(connection, folded.delta))
                others = [event for event in events if isinstance(event, OtherEvent)]
                parts = self._apply_parts(connection, others) if others else {}
                self._note(connection, events, refused, advances, now)
                seq = self._next_seq(connection)
                self._note_changes(connection, seq, [case for case, _, _ in folded.changes])
        except BaseException:
            self._patterns.clear()  # may name patterns the rolled-back transaction had made
            raise
        unchanged = folded.unchanged + sum(part.unchanged for part in parts.values())
        return Applied(folded.changes, folded.delta, unchanged, seq, parts)

    def _apply_parts(
        self, connection: Connection, events: Sequence[OtherEvent]
    ) -> dict[str, PartApplied]:
        """Each part folds its own; subjects of different kinds stay apart in the archive."""
        out: dict[str, PartApplied] = {}
        for part in self._parts:
            mine = [event for event in events if event.kind in part.kinds]
            if mine:
                kept = [(f"{e.kind}:{e.subject}", e.id, e.at, e.body) for e in part.archived(mine)]
                self._dialect.archive(connection, kept)
                out[part.name] = part.apply(connection, self._dialect, mine)
        return out

    def _check(self, connection: Connection, advance: Advance) -> None:
        found = _cursor(connection, advance.stream)
        if found != advance.expected:
            raise CursorMoved(
                f"{advance.stream}: cursor at {found}, expected {advance.expected}:"
                " another process is writing this stream"
            )

    def _tally_rows(self, connection: Connection, delta: Delta) -> list[TallyRow]:
        number = self._patterns
        missing = {key[3] for key in delta if key[3] not in number}
        if missing:
            self._learn(connection, missing)
        return sorted(
            (dim, day, member, number[mask], n) for (dim, day, member, mask), n in delta.items()
        )

    def _learn(self, connection: Connection, missing: set[int]) -> None:
        """Give new patterns their numbers; the write lock makes max + 1 safe."""
        table = schema.patterns.c
        rows = connection.execute(select(table.counters, table.id))
        known: dict[str, int] = {counters: number for counters, number in rows}
        following = max(known.values(), default=0) + 1
        for mask in sorted(missing):
            text = " ".join(names(mask))
            if text not in known:
                self._dialect.remember(connection, "patterns", [(following, text)])
                known[text] = following
                following += 1
            self._patterns[mask] = known[text]

    def _note(
        self,
        connection: Connection,
        events: Sequence[Event],
        refused: Sequence[Refused],
        advances: Sequence[Advance],
        now: int,
    ) -> None:
        table = schema.sources
        for (kind, sender), at in newest(events).items():
            self._dialect.remember(connection, "sources", [(sender, kind, at)])
            older = and_(table.c.sent_by == sender, table.c.kind == kind, table.c.last_at < at)
            connection.execute(table.update().where(older), {"last_at": at})
        stream = advances[0].stream.partition("/")[0] if advances else "direct"
        self._dialect.remember(
            connection,
            "rejected",
            (
                (stream, r.position, now, masked(r.reason), masked_bytes(r.body, KEPT_BODY))
                for r in refused
            ),
        )
        for advance in advances:
            self._dialect.remember(connection, "cursors", [(advance.stream, advance.position)])
            connection.execute(
                schema.cursors.update().where(schema.cursors.c.stream == advance.stream),
                {"position": advance.position},
            )

    def _next_seq(self, connection: Connection) -> int:
        where = schema.meta.c.key == "seq"
        seq = int(connection.scalar(select(schema.meta.c.value).where(where)) or 0) + 1
        connection.execute(schema.meta.update().where(where), {"value": str(seq)})
        return seq

    def _note_changes(self, connection: Connection, seq: int, cases: Sequence[str]) -> None:
        """Names the cases of a batch, for whoever keeps a copy of them."""
        named = cases if len(cases) <= schema.CHANGES_MOST else [""]
        if named:
            rows = [{"seq": seq, "case": case} for case in named]
            connection.execute(schema.changes.insert(), rows)
        if seq % PAGE == 0:
            old = schema.changes.c.seq < seq - schema.CHANGES_KEPT
            connection.execute(schema.changes.delete().where(old))

    def rebuild(
        self,
        progress: Callable[[int], None] = lambda n: None,
        watch: Callable[[str, Row, Row], None] = lambda case, before, after: None,
    ) -> int:
        """Derive every record anew by the present rules and grid and make the tally from them: one
        transaction. `watch` sees (case, before, after) of each record that changed its deadline,
        stage or place; returns how many did."""
        changed = 0
        recount = Recount(self._rules, Codes(), 0, 1 << 20)
        with self.writing() as connection:
            after = ""
            while found := self._page(connection, after):
                after = found[-1][0]
                rows = [list(record[2:]) for record in found]
                self._rules.derive(rows)
                moved = []
                for record, row in zip(found, rows, strict=True):
                    recount.add(row)
                    if row[DUE_AT:] != list(record[2 + DUE_AT :]):
                        moved.append((record[0], record[1], *row))
                        watch(record[0], list(record[2:]), row)
                self._dialect.replace_cases(connection, moved)
                changed += len(moved)
                progress(len(rows))
            connection.execute(schema.tally.delete())
            delta: Delta = {}
            for key, n in recount.items():
                delta[key] = n
                if len(delta) == PAGE:
                    self._dialect.add_tally(connection, self._tally_rows(connection, delta))
                    delta = {}
            self._dialect.add_tally(connection, self._tally_rows(connection, delta))
            for part in self._parts:
                part.rebuild(connection, self._dialect)
            self._stamp(connection)
            self._note_changes(connection, self._next_seq(connection), [""])
        self._patterns.clear()
        return changed

    def _page(self, connection: Connection, after: str) -> list[Any]:
        table = schema.cases
        query = select(table).where(table.c.id > after).order_by(table.c.id).limit(PAGE)
        return list(connection.execute(query))

    def settle(self) -> None:
        """What was committed survives a power cut from here on: its source may forget it."""
        self._dialect.settle(self.engine)

    def seq(self) -> int:
        """How many batches were written so far."""
        with self.reached(), self.engine.connect() as connection:
            where = schema.meta.c.key == "seq"
            return int(connection.scalar(select(schema.meta.c.value).where(where)) or 0)

    def cursor(self, stream: str) -> str | None:
        """How far a stream has been folded; None when never."""
        with self.reached(), self.engine.connect() as connection:
            return _cursor(connection, stream)

    def claim(self, stream: str) -> str | None:
        """The same, once every transaction under way has ended: a writer that was killed, or lost
        its connection, may have a last one that the database is still to commit."""
        with self.writing() as connection:
            return _cursor(connection, stream)

    def claim_all(self, name: str) -> dict[str, str]:
        """The cursors of a stream `name` and of its shards `name/…`, as `claim` finds one."""
        table = schema.cursors.c
        with self.writing() as connection:
            rows = connection.execute(
                select(table.stream, table.position).where(
                    or_(table.stream == name, table.stream.startswith(f"{name}/", autoescape=True))
                )
            )
            return {stream: position for stream, position in rows}

    def reset_cursor(self, stream: str) -> None:
        """Forget how far a stream was folded (it was made anew); folding it again is harmless."""
        with self.writing() as connection:
            connection.execute(schema.cursors.delete().where(schema.cursors.c.stream == stream))


def _meta(connection: Connection) -> dict[str, str]:
    return {key: value for key, value in connection.execute(select(schema.meta))}


def _cursor(connection: Connection, stream: str) -> str | None:
    where = schema.cursors.c.stream == stream
    found: str | None = connection.scalar(select(schema.cursors.c.position).where(where))
    return found
