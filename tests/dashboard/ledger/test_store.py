"""One transaction a batch: exact under any order, repetition, batching; on both databases."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from dashboard.cases import STEPS
from dashboard.events import CaseEvent
from dashboard.ledger import Advance, CursorMoved, Ledger, LedgerError, Refused
from dashboard.ledger.database import Database
from dashboard.ledger.digest import digest
from dashboard.ledger.inspection import look
from dashboard.ledger.reading import (
    heard,
    history,
    record,
    records,
    size,
    stocks,
    tally_rows,
)
from dashboard.reconcile import reconcile
from dashboard.tally import DIM, Rules, recount
from tests.servers import PostgresServer
from tests.town import DAY, HOUR, MONDAY, RULES, day, due_at, event, life

FIRST = day(MONDAY)


@pytest.fixture(params=["sqlite", "postgresql"])
def make_ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Ledger]]:
    opened: list[Ledger] = []

    def make() -> Ledger:
        if request.param == "sqlite":
            url = f"sqlite:///{tmp_path}/ledger{len(opened)}.db"
        else:
            url = request.getfixturevalue("postgres_server").create_database()
        opened.append(Ledger.open(url, RULES, "qingshi"))
        return opened[-1]

    yield make
    for ledger in opened:
        ledger.close()


def stored(ledger: Ledger) -> dict[tuple[int, int, str, int], int]:
    return {tuple(key): n for *key, n in tally_rows(ledger, list(DIM), 0, 100_000) if n}  # type: ignore[misc]


def recounted(ledger: Ledger) -> dict[tuple[int, int, str, int], int]:
    return recount((row for _, row in records(ledger)), ledger.rules)


def test_a_life_is_recorded_archived_and_tallied(make_ledger: Callable[[], Ledger]) -> None:
    ledger = make_ledger()
    applied = ledger.apply(life())
    assert (len(applied.changes), applied.unchanged, applied.seq) == (1, 0, 1)
    assert stored(ledger) == recounted(ledger) != {}
    assert len(history(ledger, "A1")) == 8
    assert size(ledger).cases == 1
    assert heard(ledger) == {("case", "town"): MONDAY + 15 * HOUR}


def test_the_same_events_again_change_nothing(make_ledger: Callable[[], Ledger]) -> None:
    ledger = make_ledger()
    ledger.apply(life())
    before = digest(ledger)
    again = ledger.apply(life())
    assert (again.changes, again.delta, again.unchanged) == ([], {}, 8)
    assert digest(ledger) == before and size(ledger).events == 8


def test_a_correction_moves_the_counts_and_leaves_no_zero_rows(
    make_ledger: Callable[[], Ledger],
) -> None:
    ledger = make_ledger()
    ledger.apply(life())
    ledger.apply([event("A1", 9, MONDAY + DAY, None, district="102", department="D2")])
    members = {(dim, member) for dim, _, member, _ in stored(ledger)}
    assert (DIM["district"], "102") in members and (DIM["district"], "101") not in members
    with ledger.engine.connect() as connection:
        assert connection.scalar(text("select count(*) from tally where n = 0")) == 0


def test_the_cursor_moves_with_its_batch_and_fences_off_a_second_reader(
    make_ledger: Callable[[], Ledger],
) -> None:
    ledger = make_ledger()
    ledger.apply(life()[:2], Advance("s", "2-0", None))
    assert ledger.cursor("s") == "2-0"
    before = digest(ledger)
    with pytest.raises(CursorMoved, match="another process"):
        ledger.apply(life()[2:], Advance("s", "4-0", None))
    assert digest(ledger) == before and ledger.cursor("s") == "2-0"
    ledger.apply(life()[2:], Advance("s", "8-0", "2-0"))
    assert ledger.cursor("s") == "8-0"


def test_a_failed_batch_leaves_nothing_behind(
    make_ledger: Callable[[], Ledger], monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = make_ledger()
    ledger.apply(life("A1"))
    before = digest(ledger)

    def fail(*_: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patch, pytest.raises(OSError, match="disk full"):
        patch.setattr(ledger, "_next_seq", fail)
        ledger.apply(life("B1", channel="web"), Advance("s", "1", None))
    assert digest(ledger) == before and ledger.cursor("s") is None
    ledger.apply(life("B1", channel="web"))
    assert stored(ledger) == recounted(ledger)


def test_what_was_refused_is_kept_once(make_ledger: Callable[[], Ledger]) -> None:
    ledger = make_ledger()
    bad = [Refused("3-0", "not an event", b"{" * 9_000)]
    ledger.apply([], Advance("s", "3-0", None), bad, now=MONDAY)
    ledger.apply([], Advance("s", "4-0", "3-0"), bad, now=MONDAY)
    assert size(ledger).rejected == 1


def test_both_databases_agree(make_ledger: Callable[[], Ledger], tmp_path: Path) -> None:
    lives = [life(f"C{n}", MONDAY + n * HOUR, lon=113.5 + n, lat=34.7) for n in range(40)]
    events = [one for each in lives for one in each]
    other = Ledger.open(f"sqlite:///{tmp_path}/other.db", RULES, "qingshi")
    ledger = make_ledger()
    ledger.apply(events)
    for one in reversed(events):
        other.apply([one])
    assert digest(ledger) == digest(other)
    assert record(ledger, "C7") == record(other, "C7")
    other.close()


def test_a_ledger_belongs_to_one_city(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ledger.db"
    Ledger.open(url, RULES, "qingshi").close()
    with pytest.raises(LedgerError, match="belongs to qingshi, not to baiyun"):
        Ledger.open(url, RULES, "baiyun")


def test_reconcile_finds_a_tampered_row(make_ledger: Callable[[], Ledger]) -> None:
    ledger = make_ledger()
    ledger.apply([one for n in range(9) for one in life(f"C{n}")])
    assert reconcile(ledger, FIRST, FIRST + 2).differences == []
    with ledger.engine.begin() as connection:
        connection.execute(
            text("update tally set n = n + 1 where dim = :d"), {"d": DIM["district"]}
        )
    found = reconcile(ledger, FIRST, FIRST + 2).differences
    assert [(d.dimension, d.member, d.stored, d.recounted) for d in found] == [
        ("district", "101", 10, 9)
    ]


codes = st.sampled_from([None, "101", "102"])
updates = st.builds(
    lambda case, rev, at, step, district, channel: event(
        case, rev, MONDAY + at, step, district=district, channel=channel
    ),
    st.sampled_from(["A1", "B1", "C1"]),
    st.integers(1, 5),
    st.integers(0, 3 * DAY),
    st.sampled_from(list(STEPS)),
    codes,
    st.sampled_from([None, "collector", "self_handled", "web"]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(updates, max_size=25), st.randoms(use_true_random=False))
def test_any_order_repetition_and_batching_gives_tally_equal_to_recount(
    tmp_path_factory: pytest.TempPathFactory, events: list[CaseEvent], rng: random.Random
) -> None:
    folder = tmp_path_factory.mktemp("ledger")
    ledgers = [
        Ledger.open(f"sqlite:///{folder}/{name}.db", RULES, "qingshi") for name in ("one", "two")
    ]
    ledgers[0].apply(events)
    again = events + [one for one in events if rng.random() < 0.5]
    rng.shuffle(again)
    while again:
        size = rng.randint(1, 6)
        ledgers[1].apply(again[:size])
        again = again[size:]
    for ledger in ledgers:
        assert stored(ledger) == recounted(ledger)
        assert reconcile(ledger, 0, 100_000).differences == []
    assert digest(ledgers[0]) == digest(ledgers[1])
    for ledger in ledgers:
        ledger.close()


def test_a_channel_counted_apart_shows_under_its_channel_only(tmp_path: Path) -> None:
    rules = Rules(due_at, day, frozenset({"transfer_12345"}))
    ledger = Ledger.open(f"sqlite:///{tmp_path}/apart.db", rules, "qingshi")
    ledger.apply([*life("A1"), *life("B1", channel="transfer_12345")[:4]])
    dims = {dim for dim, _, member, _ in stored(ledger) if member == "transfer_12345"}
    assert dims == {DIM["channel"]}
    assert sum(n for (dim, *_), n in stored(ledger).items() if dim == 0) == 1
    later = MONDAY + DAY
    assert stocks(ledger, later)[""].overdue == 0
    assert stocks(ledger, later, by="channel")["transfer_12345"].overdue == 1
    assert reconcile(ledger, 0, 100_000).differences == []
    ledger.close()


def test_other_rules_are_refused_until_the_ledger_is_rebuilt(
    make_ledger: Callable[[], Ledger],
) -> None:
    ledger = make_ledger()
    ledger.apply([one for n in range(30) for one in life(f"C{n}", MONDAY + n * HOUR)])
    url = ledger.engine.url.render_as_string(hide_password=False)

    def hasty(*given: object) -> int | None:
        return given[3] + HOUR  # type: ignore[operator, no-any-return]

    rules = Rules(hasty, day, version="hasty")
    with pytest.raises(LedgerError, match="--rebuild"):
        Ledger.open(url, rules, "qingshi")
    other = Ledger.open(url, rules, "qingshi", new_rules=True)
    assert other.rebuild() == 30
    assert reconcile(other, 0, 100_000).differences == []
    assert stored(other) == recount((row for _, row in records(other)), rules)
    other.close()
    again = Ledger.open(url, rules, "qingshi")
    again.apply([event("C1", 20, MONDAY + 9 * DAY, None, district="102")])
    assert reconcile(again, 0, 100_000).differences == []
    again.close()


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_that_cannot_hold_chinese_is_refused(
    postgres_server: PostgresServer, encoding: str
) -> None:
    url = postgres_server.create_database(encoding)
    accounts = Database(url)
    for ask in (
        lambda: Ledger.open(url, RULES, "qingshi"),
        lambda: look(url),
        lambda: accounts.read().__enter__(),
    ):
        with pytest.raises(LedgerError, match=rf"编码是 {encoding}，应为 UTF8：createdb"):
            ask()
