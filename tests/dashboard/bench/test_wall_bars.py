"""The bars of `cityops bench wall`, from made-up measurements: each can be met and be missed."""

from __future__ import annotations

from dashboard.bench.wall_cold import ColdPage, ColdPages
from dashboard.bench.wall_paint import Paint, SceneCost
from dashboard.bench.wall_soak import Look, Soak


def soaked(**last: int) -> dict[str, bool]:
    looks = [Look(2_000, 10_000_000, 4_000, 300)]
    looks.append(Look(20_000, **({"heap": 10_000_000, "nodes": 4_000, "listeners": 300} | last)))
    found = Soak(20_000, 19_000, 2_000, 6, 33, looks, 0, [])
    return {bar.id: bar.ok for bar in found.bars()}


def test_the_soak_allows_five_percent_of_heap_and_one_of_nodes_either_way() -> None:
    assert all(soaked().values())
    assert all(soaked(heap=10_500_000, nodes=4_040, listeners=297).values())
    assert not soaked(heap=10_500_001)["soak_heap"]
    assert not soaked(nodes=4_041)["soak_nodes"] and not soaked(nodes=3_959)["soak_nodes"]
    assert not soaked(listeners=296)["soak_listeners"]


def test_history_and_console_errors_are_bars() -> None:
    looks = [Look(1, 1, 1, 1)] * 2
    found = Soak(2, 2, 1, 1, 1, looks, 3, ["Uncaught"])
    missed = {bar.id for bar in found.bars() if not bar.ok}
    assert missed == {"soak_history", "soak_errors"}


def test_the_worst_scene_is_judged() -> None:
    good = SceneCost("overview", 20, 40, 1, 1, 1, 50, 60, 0, 9)
    heavy = SceneCost("cases", 20, 61, 1, 1, 1, 50, 60, 0, 9)
    slow = SceneCost("annual", 20, 40, 1, 1, 1, 151, 60, 1, 9)
    assert all(bar.ok for bar in Paint(9, [good]).bars())
    bars = {bar.id: bar for bar in Paint(9, [good, heavy, slow]).bars()}
    assert not bars["frame_ms"].ok and "cases" in bars["frame_ms"].what
    assert not bars["change_ms"].ok and "annual" in bars["change_ms"].what
    assert not bars["blank"].ok


def test_fonts_do_not_count_on_the_wall_and_do_on_the_desk() -> None:
    def page(path: str, megabytes: float, fonts: float, median_s: float = 1.0) -> ColdPage:
        return ColdPage(path, 1, median_s, median_s, megabytes, fonts, 9, {})

    pages = ColdPages([page("/wall", 2.4, 1.0)], [page("/desk/annual", 3.1, 1.0)], [], ["cdn"])
    missed = {bar.id for bar in pages.bars() if not bar.ok}
    assert missed == {"desk_mb", "foreign"}
    late = ColdPages([page("/wall", 1, 0, 1.6)], [page("/desk/annual", 1, 0, 2.6)], [], [])
    assert {bar.id for bar in late.bars() if not bar.ok} == {"wall_s", "desk_s"}
