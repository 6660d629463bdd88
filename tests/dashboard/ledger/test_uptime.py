"""The platform in a real ledger: whatever the order, repetition and batching, the same."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.eventkinds import Event, read_event
from dashboard.ledger import Ledger, uptimereading
from dashboard.ledger.digest import digest
from dashboard.ledger.uptime import UptimeChanges
from dashboard.reconcile import reconcile
from dashboard.uptime.points import FAILED, points
from dashboard.uptime.policy import Policy
from dashboard.uptime.spans import DOWN, UP
from dashboard.uptime.spans import replace as replace_spans
from dashboard.uptime.verdicts import known_spans
from tests.town import DAY, HOUR, MONDAY, NOW, RULES

MINUTE = 60_000
POLICY = Policy(gap_ms=3 * MINUTE, slow_ms=800, failures=2, successes=2)
MIDNIGHT = MONDAY + 8 * HOUR  # 00:00 UTC, where a day of points ends


@pytest.fixture(params=["sqlite", "postgresql"])
def make_ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Ledger]:
    made: list[Ledger] = []

    def make(policy: Policy = POLICY, url: str = "") -> Ledger:
        if not url and request.param == "sqlite":
            url = f"sqlite:///{tmp_path}/ledger{len(made)}.db"
        elif not url:
            url = str(request.getfixturevalue("postgres_server").create_database())
        rules = replace(RULES, policy=lambda component: policy)
        ledger = Ledger.open(url, rules, "qingshi")
        made.append(ledger)
        return ledger

    request.addfinalizer(lambda: [ledger.close() for ledger in made])
    return make


def event(kind: str, at: int, **fields: object) -> Event:
    said = {"id": f"{kind}{at}", "type": kind, "at": at, **fields}
    return read_event(orjson.dumps(said), NOW)


def probe(at: int, answer: int = 40, component: str = "db", **fields: object) -> Event:
    said: dict[str, object] = {"component": component, "ok": answer != FAILED, **fields}
    if answer != FAILED:
        said["latency_ms"] = answer
    return event("probe", at, **said)


def changes(ledger: Ledger, events: Sequence[Event]) -> UptimeChanges:
    found = ledger.apply(events).parts["uptime"].changes
    assert isinstance(found, UptimeChanges)
    return found


def test_probes_become_spans_and_are_kept_as_evidence(make_ledger: Callable[..., Ledger]) -> None:
    ledger = make_ledger()
    answers = [40, 40, FAILED, FAILED, 50, 60]
    ledger.apply([probe(MONDAY + n * MINUTE, answer) for n, answer in enumerate(answers)])
    assert uptimereading.spans(ledger, 0, NOW) == {
        "db": [
            (MONDAY, MONDAY + 2 * MINUTE, UP),
            (MONDAY + 2 * MINUTE, MONDAY + 5 * MINUTE, DOWN),
            (MONDAY + 5 * MINUTE, MONDAY + 8 * MINUTE, UP),
        ]
    }
    kept = uptimereading.probes(ledger, "db", MONDAY, MONDAY + 6 * MINUTE)
    assert kept.answer.tolist() == answers
    assert uptimereading.last_probes(ledger) == {"db": (MONDAY + 5 * MINUTE, 60)}
    with ledger.engine.connect() as connection:
        assert connection.exec_driver_sql("select count(*) from events").scalar() == 0


def test_the_same_probes_again_change_nothing(make_ledger: Callable[..., Ledger]) -> None:
    ledger = make_ledger()
    events = [probe(MONDAY + n * MINUTE) for n in range(10)]
    assert ledger.apply(events).unchanged == 0
    before = digest(ledger)
    assert ledger.apply(events[3:8]).unchanged == 5
    assert digest(ledger) == before


def test_a_row_of_probes_is_its_points(make_ledger: Callable[..., Ledger]) -> None:
    row, single = make_ledger(), make_ledger()
    first, last = MIDNIGHT - 30 * MINUTE, MIDNIGHT + 30 * MINUTE
    row.apply([probe(last, 40, **{"from": first, "every_ms": MINUTE})])
    single.apply([probe(first + n * MINUTE) for n in range(61)])
    assert digest(row) == digest(single)
    assert uptimereading.probe_size(row)[:3] == (61, 0, 2)


@pytest.mark.parametrize("backwards", [False, True])
def test_an_outage_over_the_end_of_a_stored_day_is_one(
    make_ledger: Callable[..., Ledger], backwards: bool
) -> None:
    ledger = make_ledger()
    answers = [40, 40, 40, FAILED, FAILED, 50, FAILED, 60, 60, 60]
    events = [probe(MIDNIGHT + (n - 4) * MINUTE, answer) for n, answer in enumerate(answers)]
    for one in reversed(events) if backwards else events:
        ledger.apply([one])
    assert uptimereading.spans(ledger, 0, NOW)["db"] == [
        (MIDNIGHT - 4 * MINUTE, MIDNIGHT - MINUTE, UP),
        (MIDNIGHT - MINUTE, MIDNIGHT + 4 * MINUTE, DOWN),
        (MIDNIGHT + 4 * MINUTE, MIDNIGHT + 8 * MINUTE, UP),
    ]


def town(seed: int) -> list[Event]:
    """Three days of two components with outages, silences and slow spells, and records."""
    rng = random.Random(seed)
    out: list[Event] = []
    for component in ("db", "gateway"):
        at, answer = MIDNIGHT - DAY, 40
        while at < MIDNIGHT + 2 * DAY:
            at += rng.choice([MINUTE] * 40 + [2 * MINUTE, 10 * MINUTE, 7 * HOUR, 25 * HOUR])
            if rng.random() < 0.1:
                answer = rng.choice([40, 40, 900, FAILED])
            if rng.random() < 0.3:
                out.append(probe(at, answer, component))
    for n in range(4):
        at = MIDNIGHT + n * HOUR
        begin: dict[str, object] = {"component": "db", "from": at, "cause": f"第 {n} 次"}
        out.append(event("outage", at, outage=f"O{n}", **begin))
        out.append(event("outage", at + MINUTE, outage=f"O{n}", to=at + 9 * MINUTE))
    out.append(event("ticket", MIDNIGHT, ticket="T1", component="db", opened=MIDNIGHT))
    out.append(event("ticket", MIDNIGHT + 1, ticket="T1", responded=MIDNIGHT + MINUTE))
    return out


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 10_000))
def test_any_order_repetition_and_batching_is_the_same_ledger(
    make_ledger: Callable[..., Ledger], seed: int
) -> None:
    rng = random.Random(seed)
    events = town(seed)
    plain, mixed = make_ledger(), make_ledger()
    plain.apply(events)
    shuffled = events + rng.sample(events, len(events) // 3)
    rng.shuffle(shuffled)
    live: dict[str, list[tuple[int, int, int]]] = {}
    while shuffled:
        size = rng.choice([1, 7, 60, 400])
        batch, shuffled = shuffled[:size], shuffled[size:]
        for component, done in changes(mixed, batch).probed.items():
            live[component] = replace_spans(
                live.get(component, []), done.start, done.end, done.spans
            )
    assert digest(mixed) == digest(plain)
    stored = uptimereading.spans(plain, 0, NOW)
    assert live == stored
    for component in ("db", "gateway"):
        kept = uptimereading.probes(plain, component, 0, NOW)
        assert known_spans(kept, POLICY) == stored[component]


def test_another_policy_derives_the_spans_anew_at_the_next_probe(
    make_ledger: Callable[..., Ledger],
) -> None:
    ledger = make_ledger()
    ledger.apply([probe(MONDAY + n * MINUTE, 900) for n in range(5)])
    ledger.apply([probe(MONDAY + 3 * DAY)])
    url = ledger.engine.url.render_as_string(hide_password=False)
    patient = make_ledger(Policy(gap_ms=3 * MINUTE, slow_ms=1000), url)
    again = points([(MONDAY + n * MINUTE, 900) for n in range(5)])
    expected = known_spans(again, Policy(gap_ms=3 * MINUTE, slow_ms=1000))
    done = changes(patient, [probe(MONDAY + 3 * DAY + MINUTE)]).probed["db"]
    assert uptimereading.spans(patient, 0, MONDAY + DAY)["db"] == expected
    assert done.spans[0] == expected[0]
    before = digest(patient)
    with patient.engine.begin() as connection:
        part = next(one for one in patient._parts if one.name == "uptime")
        part.rebuild(connection, patient._dialect)
    assert digest(patient) == before


def test_reconciling_finds_a_span_that_does_not_follow_from_the_probes(
    make_ledger: Callable[..., Ledger],
) -> None:
    ledger = make_ledger()
    ledger.apply([probe(MONDAY + n * MINUTE) for n in range(5)])
    done = reconcile(ledger, 0, 1 << 20)
    assert (done.records, done.rows, done.differences) == (0, 1, [])
    with ledger.engine.begin() as connection:
        connection.exec_driver_sql("update uptime_spans set state = 2")
    stored, recounted = sorted(reconcile(ledger, 0, 1 << 20).differences, key=lambda d: -d.stored)
    assert (stored.member, stored.stored, stored.recounted) == ("db", 1, 0)
    assert stored.counters.startswith("down") and recounted.counters.startswith("up")


def test_records_are_merged_field_by_field_and_archived(
    make_ledger: Callable[..., Ledger],
) -> None:
    ledger = make_ledger()
    late = event("outage", MONDAY + HOUR, outage="O1", to=MONDAY + HOUR)
    ledger.apply([late])
    ledger.apply([event("outage", MONDAY, outage="O1", component="db", **{"from": MONDAY})])
    assert ledger.apply([late]).unchanged == 1
    fields = uptimereading.records(ledger)[("outage", "O1")]
    assert {name: value for name, (_, value) in fields.items()} == {
        "component": "db",
        "from": MONDAY,
        "to": MONDAY + HOUR,
    }
    with ledger.engine.connect() as connection:
        assert connection.exec_driver_sql("select count(*) from events").scalar() == 2


def test_a_failed_batch_leaves_nothing_behind(
    make_ledger: Callable[..., Ledger], monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = make_ledger()
    ledger.apply([probe(MONDAY)])
    before = digest(ledger)

    def fail(*_: object) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr(Ledger, "_note", fail)
    with pytest.raises(RuntimeError):
        ledger.apply(
            [probe(MONDAY + MINUTE), event("ticket", MONDAY, component="db", opened=MONDAY)]
        )
    monkeypatch.undo()
    assert digest(ledger) == before
