"""Ten thousand pieces of nonsense among good events: put aside with a reason, nothing changes."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from dashboard.ledger import Ledger, schema
from tests.faults.nonsense import REASONS, nonsense
from tests.faults.processes import EVENTS, REJECTED, Feed, Site, assert_exact, now
from tests.servers import RedisServer

COUNT = 10_000
LARGE = 25
SEED = 20210710

Mixed = list[tuple[str, bytes]]
"""(kind of nonsense or "", line)"""


@pytest.fixture(scope="module")
def mixed(spring: Feed) -> Mixed:
    """The good events in their order, with the nonsense anywhere among them."""
    chance = random.Random(SEED)
    bad = list(nonsense(SEED, COUNT, spring.lines, now(), LARGE))
    chance.shuffle(bad)
    good = iter(spring.lines)
    turns = [True] * len(spring.lines) + [False] * COUNT
    chance.shuffle(turns)
    return [("", next(good)) if turn else bad.pop() for turn in turns]


def assert_put_aside(ledger: Ledger, kinds: dict[str, str]) -> None:
    """Every piece, told by where it stood, is in the ledger with a fitting reason."""
    table = schema.rejected.c
    with ledger.engine.connect() as connection:
        found = {
            position: reason
            for position, reason in connection.execute(select(table.position, table.reason))
        }
    slipped = [kind for position, kind in kinds.items() if position not in found]
    assert slipped == [] and len(found) == len(kinds) == COUNT
    for position, reason in found.items():
        assert re.search(REASONS.get(kinds[position], "."), reason), (kinds[position], reason)
        assert len(reason) < 500


def test_through_redis_to_the_worker(
    ledger_url: str,
    spring: Feed,
    mixed: Mixed,
    redis_server: RedisServer,
    make_site: Callable[..., Site],
) -> None:
    site = make_site(ledger_url, redis_server)
    client = redis_server.client()
    worker = site.start("work")
    kinds: dict[str, str] = {}
    for start in range(0, len(mixed), 1_000):
        pipe = client.pipeline(transaction=False)
        part = mixed[start : start + 1_000]
        for _, body in part:
            pipe.xadd(EVENTS, {"e": body})
        for (kind, _), entry in zip(part, pipe.execute(), strict=True):
            if kind:
                kinds[entry.decode()] = kind
    with site.ledger() as ledger:
        site.wait_until_committed(worker, ledger)
        assert worker.stop() == 0
        assert_put_aside(ledger, kinds)
        assert_exact(ledger, spring, rejected=COUNT)
    kept = [fields for _, fields in client.xrange(REJECTED)]
    assert {fields[b"from"].decode() for fields in kept} == set(kinds)
    assert len(kept) == COUNT and all(fields[b"reason"] for fields in kept)


def test_through_a_file_to_ingest(
    ledger_url: str, spring: Feed, mixed: Mixed, make_site: Callable[..., Site]
) -> None:
    site = make_site(ledger_url)
    file = site.folder / "mixed.jsonl"
    file.write_bytes(b"".join(body + b"\n" for _, body in mixed))
    kinds = {str(number): kind for number, (kind, _) in enumerate(mixed, 1) if kind}
    done = site.run("ingest", file, "--json").output()[str(file)]
    assert (done["read"], done["rejected"]) == (len(mixed), COUNT)
    with site.ledger() as ledger:
        assert_put_aside(ledger, kinds)
        assert_exact(ledger, spring, rejected=COUNT)
