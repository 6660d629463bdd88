"""The whole load in small: what it counts is what happened, and each bar can be missed."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from dashboard.bench.desk_users import payload
from dashboard.bench.load import Lags, Load, bench, quantile

MS = 1_000_000


def test_lag_is_from_sending_to_the_first_frame_that_counts_it() -> None:
    lags = Lags()
    lags.sent = [0 * MS, 10 * MS, 20 * MS, 30 * MS]
    for seq, count in ((1, 0), (2, 2), (2, 2), (3, 2), (4, 3)):
        lags.shown(seq, count)
    lags.arrived({"1": [5 * MS], "2": [110 * MS, 120 * MS], "4": [220 * MS]})
    lags.arrived({"2": [130 * MS], "4": [230 * MS]})
    spread = lags.spread(0)
    took = {int(ms): int(spread[ms]) for ms in np.flatnonzero(spread)}
    assert took == {100: 1, 110: 2, 120: 2, 130: 1, 200: 1, 210: 1}
    assert (lags.counted, lags.frames) == (3, 4)  # the fourth event is on no frame
    assert lags.spread(2).sum() == 2  # what was sent before does not count
    assert [quantile(spread, share) for share in (0.1, 0.5, 1.0)] == [100, 120, 210]
    assert np.isnan(quantile(np.zeros(5, dtype=np.int64), 0.5))


def test_a_frame_nobody_read_is_made_up_by_the_next() -> None:
    lags = Lags()
    lags.sent = [0, 0]
    lags.shown(1, 1)
    lags.shown(2, 2)
    lags.arrived({"2": [50 * MS]})
    assert lags.spread(0)[50] == 2


def test_a_callback_is_asked_as_dash_asks() -> None:
    call = {
        "output": "..a.children...b.data@0f..",
        "inputs": [{"id": "x", "property": "search"}],
        "state": [{"id": "y", "property": "data"}],
    }
    assert payload(call, {"x.search": "?a"}) == {
        "output": "..a.children...b.data@0f..",
        "outputs": [{"id": "a", "property": "children"}, {"id": "b", "property": "data"}],
        "inputs": [{"id": "x", "property": "search", "value": "?a"}],
        "state": [{"id": "y", "property": "data", "value": None}],
        "changedPropIds": ["x.search"],
    }


FLAT = [*(4 * [50.0]), *(4 * [100.0]), *(28 * [101.0]), *(4 * [104.0])]
"""The first minute is for warming up."""
RISING = [100.0 + n / 2 for n in range(40)]
GOOD = Load(
    viewers=1, desk_users=1, seconds=60, events=12_000, per_s=200, uncounted=0, frames=300,
    lag_p50_ms=100, lag_p99_ms=900, lag_max_ms=1_200, lost=0, gaps=0, requests=9, errors=0,
    first_errors=(), desk_p95_ms=50, web_mb=FLAT, work_mb=FLAT, web_cpu=0.1,
    work_cpu=0.1, load_cpu=0.1, other_cpu=0.1,
)  # fmt: skip


@pytest.mark.parametrize(
    ("bar", "bad"),
    [
        ("per_s", {"per_s": 190.0}),
        ("uncounted", {"uncounted": 1}),
        ("lost", {"lost": 1}),
        ("gaps", {"gaps": 1}),
        ("errors", {"errors": 1}),
        ("lag_p99_ms", {"lag_p99_ms": 1_001.0}),
        ("lag_p99_ms", {"lag_p99_ms": float("nan")}),
        ("web_growth", {"web_mb": RISING}),
        ("work_growth", {"work_mb": RISING}),
    ],
)
def test_each_bar_can_be_missed(bar: str, bad: dict[str, object]) -> None:
    assert all(one.ok for one in GOOD.bars(200))
    missed = [one.id for one in dataclasses.replace(GOOD, **bad).bars(200) if not one.ok]  # type: ignore[arg-type]
    assert missed == [bar]


def test_all_of_it_at_once_on_real_programs() -> None:
    found = bench("meixian", viewers=12, per_s=20, desk_users=2, seconds=3, days=2)
    assert (found.lost, found.gaps, found.errors, found.uncounted) == (0, 0, 0, 0)
    assert found.first_errors == ()
    assert found.events > 20 and found.frames > 2 and found.requests > 0
    assert found.lag_p50_ms <= found.lag_p99_ms <= found.lag_max_ms
    assert found.web_mb[0] > 50 and found.work_mb[0] > 50
