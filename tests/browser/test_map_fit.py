"""The map scene and the overview with a map at every wall size: nothing clipped, nothing on top."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.crowd import crowded
from tests.browser.measuring import faults
from tests.browser.playing import SIZES, Stage, until

Wall = Callable[..., Page]
MORE = ("map",)
MORE_SIZES = ("2560x1080", "3840x1080", "1366x768", "2160x3840")
SHOWN = "cityops.mapViews.get('map-{}').vector()"
VIEWS = ("reported.30d.unit_cell", "on_time_rate.30d.street", "reported.year.district")


def look(page: Page, size: str, id: str) -> list[str]:
    until(page, f"Boolean({SHOWN.format(id)} && {SHOWN.format(id)}.values)")
    width, height = map(int, size.split("x"))
    return faults(page, phone=width < 700, seams=width / height >= 2.5, texts=60)


@pytest.mark.parametrize("size", [*SIZES, *MORE_SIZES])
def test_the_scene_fits(wall: Wall, size: str) -> None:
    page = wall(size, f"/wall/grid_heat?map={VIEWS[0]}")
    assert look(page, size, "grid") == []


@pytest.mark.parametrize("view", VIEWS[1:])
@pytest.mark.parametrize("size", ["1920x1080", "5760x1620", "1080x1920", "390x844"])
def test_other_figures_fit(wall: Wall, size: str, view: str) -> None:
    page = wall(size, f"/wall/grid_heat?map={view}")
    assert look(page, size, "grid") == []


@pytest.mark.parametrize("size", [*SIZES, *MORE_SIZES])
def test_the_overview_with_a_map_fits(wall: Wall, size: str) -> None:
    assert look(wall(size, "/wall/overview"), size, "overview") == []


@pytest.mark.parametrize("size", SIZES)
def test_the_overview_with_a_map_fits_the_longest_names(
    wall: Wall, stage: Stage, size: str
) -> None:
    stage.play(set=crowded())
    assert look(wall(size, "/wall/overview"), size, "overview") == []


@pytest.mark.parametrize("size", ["1920x1080", "390x844"])
def test_the_whole_grid_is_in_sight(wall: Wall, size: str) -> None:
    page = wall(size, f"/wall/grid_heat?map={VIEWS[0]}")
    look(page, size, "grid")
    inside = page.evaluate(
        """() => {
          const [w, s, e, n] = cityops.page.map.bounds;
          const map = cityops.mapViews.get('map-grid').map();
          return map.getBounds().contains([[s, w], [n, e]]);
        }"""
    )
    assert inside is True
