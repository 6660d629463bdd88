"""The map's routes: for ever by version, gzipped, exact, and silent about people."""

from __future__ import annotations

import asyncio
import base64
import dataclasses
import gzip
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
import shapely  # type: ignore[import-untyped]
from starlette.routing import Router

from dashboard.access.identity import KEY, Identity
from dashboard.access.roles import Role
from dashboard.city import load_profile
from dashboard.gridfiles import GridFiles
from dashboard.gridweb import MapSite, map_routes
from dashboard.heat.deltas import unpack
from dashboard.heatquery import HeatQuery
from dashboard.heatwork import open_ground
from dashboard.ledger import Ledger
from dashboard.statics import FOREVER
from geo.idtiles import tiles_over, unpacked
from geo.store import GridStore
from tests.dashboard.asking import Answer, ask
from tests.geo.qingshi import block, town
from tests.town import NOW, event

MEIXIAN = dataclasses.replace(load_profile("meixian"), code="qingshi")
NOON = NOW - 12 * 3_600_000  # 2026-10-31 12:00 in Shanghai
HOUR, DAY = 3_600_000, 86_400_000


class Values:
    async def whole(self, text: str) -> bytes | None:
        return None if text.startswith("late") else gzip.compress(b"{}")


class Site:
    def __init__(self, folder: Path, grid: Any, case_lists: bool = False) -> None:
        self.grid, self.who = grid, Identity()
        self.store = GridStore(folder / "grid")
        self.store.save(grid)
        self.files = GridFiles(self.store, grid.version)
        self.ledger = Ledger.open(f"sqlite:///{folder}/l.db", MEIXIAN.rules, MEIXIAN.id)
        ground = open_ground(self.store, "qingshi", grid.version)
        self.query = HeatQuery(MEIXIAN, self.ledger, ground, lambda: NOON)
        told = {"approval": None, "base": {"kind": "boundaries"}}
        site = MapSite(self.files, Values(), lambda: self.query, told, case_lists)
        self.app = Router(map_routes(site))

    def get(self, path: str, **headers: str) -> Answer:
        headers = {"accept_encoding": "gzip", **headers}

        async def as_somebody(scope: Any, receive: Any, send: Any) -> None:
            await self.app({**scope, KEY: self.who}, receive, send)

        return asyncio.run(ask(as_somebody, path, **headers))

    def json(self, path: str) -> Any:
        answer = self.get(path)
        assert answer.status == 200, answer.text
        return orjson.loads(answer.text)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path, town())


def test_meta_says_what_a_browser_needs(site: Site) -> None:
    meta = site.json("/grid/meta.json")
    assert meta["n"] == len(site.grid) and meta["version"] == site.grid.version
    assert [level["id"] for level in meta["levels"]] == [
        "district", "street", "community", "duty_grid", "unit_cell",
    ]  # fmt: skip
    assert len(meta["measures"]) == 6 and len(meta["windows"]) == 6
    assert meta["origin"] == "generated" and meta["case_lists"] is False


def test_members_parents_and_outlines_agree_with_the_grid(site: Site) -> None:
    base = f"/grid/{site.grid.version}"
    cells = site.json(f"{base}/members/unit_cell.json")
    assert cells["codes"] == site.grid.codes.tolist()
    assert np.abs(np.array(cells["centres"]) - site.grid.centres).max() < 1e-5
    for level in site.grid.levels:
        parent = np.frombuffer(gzip.decompress(site.get(f"{base}/parent/{level}.bin").body), "<i4")
        assert parent.tolist() == site.grid.parent[level].tolist()
    shapes = site.json(f"{base}/outlines/duty_grid.geojson")["features"]
    assert len(shapes) == 7 and shapes[3]["properties"]["i"] == 3
    (line,) = site.json(f"{base}/lines/duty_grid.geojson")["features"]
    borders = shapely.from_geojson(orjson.dumps(line["geometry"]))
    drawn = shapely.boundary(site.grid.levels["duty_grid"].outlines)
    assert shapely.hausdorff_distance(borders, shapely.union_all(drawn), 0.1) < 1e-4
    shared = shapely.length(drawn).sum() - shapely.length(borders)
    assert shared > 0.1 * shapely.length(borders)  # neighbours' common borders stand once


def test_a_tile_is_served_for_ever_and_as_the_grid_makes_it(site: Site) -> None:
    columns, rows = tiles_over(site.grid.bounds, 15)
    path = f"/tiles/{site.grid.version}/15/{columns.start}/{rows.start}"
    answer = site.get(path)
    assert answer.status == 200
    assert answer.headers["cache-control"] == FOREVER
    assert answer.headers["content-encoding"] == "gzip"
    ids = unpacked(answer.body)
    assert 0 < ids.max() <= len(site.grid)
    assert site.get(path, if_none_match=answer.headers["etag"]).status == 304
    plain = site.get(path, accept_encoding="identity")
    assert plain.body == ids.tobytes() and "content-encoding" not in plain.headers


@pytest.mark.parametrize(
    "path",
    [
        "/tiles/0123456789abcdef/12/1/1",
        "/tiles/{v}/22/1/1",
        "/tiles/{v}/12/99999/1",
        "/grid/{v}/members/planet.json",
        "/grid/{v}/parent/unit_cell.bin",
        "/grid/{v}/outlines/unit_cell.geojson",
        "/grid/{v}/lines/unit_cell.geojson",
        "/cell/unit_cell/999999",
        "/cell/planet/0",
        "/heat/replay/noon",
        "/heat/replay/today?measure=beauty",
    ],
)
def test_what_is_not_there_is_not_kept(site: Site, path: str) -> None:
    answer = site.get(path.format(v=site.grid.version))
    assert (answer.status, answer.headers["cache-control"]) == (404, "no-store")


def test_values_that_do_not_come_are_asked_for_later(site: Site) -> None:
    assert site.get("/heat/late.30d.street").status == 503
    assert site.get("/heat/reported.30d.street").status == 200


def cases(site: Site) -> None:
    """Three cases in cell 5 of the block, one of yesterday; one elsewhere."""
    code, other = site.grid.codes[5], site.grid.codes[0]
    first = {"unit_cell": code, "duty_grid": "E", "category": "E0102", "channel": "collector"}
    site.ledger.apply(
        [
            event("A", 1, NOON - 5 * HOUR, "report", **first, collector="C77"),
            event("A", 2, NOON - 4 * HOUR, "dispatch", deadline=NOON - HOUR),
            event("B", 1, NOON - 30 * 60_000, "report", **{**first, "channel": "hotline_12319"}),
            event("B", 2, NOON - 20 * 60_000, "file"),
            event("C", 1, NOON - DAY, "report", **first),
            event("D", 1, NOON - DAY, "report", unit_cell=other, duty_grid="W"),
        ]
    )


def test_a_cell_in_figures(tmp_path: Path) -> None:
    site = Site(tmp_path, block())
    cases(site)
    cell = site.json("/cell/unit_cell/5")
    assert (cell["code"], cell["district"], cell["duty_grid"]) == (
        site.grid.codes[5],
        "东石区",
        "西片",
    )
    reported = {"1h": 1, "today": 2, "yesterday": 1, "7d": 3, "30d": 3, "year": 3}
    assert cell["counts"]["reported"] == reported
    assert cell["counts"]["overdue"]["today"] == 1
    assert cell["counts"]["hotline"]["1h"] == 1
    assert cell["counts"]["on_time_rate"]["year"] == -1
    assert cell["trend"] == [0] * 28 + [1, 2]
    assert cell["before_30d"] == 0
    assert "cases" not in cell
    assert site.json("/cell/duty_grid/0")["counts"]["reported"]["7d"] == 3


def test_case_lists_only_with_the_switch_and_never_with_people(tmp_path: Path) -> None:
    site = Site(tmp_path, block(), case_lists=True)
    cases(site)
    assert "cases" not in site.json("/cell/unit_cell/5")
    site.who = Identity("lin", roles=frozenset({Role.VIEWER}), kind="user")
    listed = site.json("/cell/unit_cell/5")["cases"]
    assert [row["case"] for row in listed] == ["B", "A", "C"]
    assert listed[0]["stage"] == "待派遣" and listed[0]["category"] == "暴露垃圾"
    assert b"C77" not in site.get("/cell/unit_cell/5").body


def test_the_time_lapse_of_a_day_ends_at_what_the_day_has(tmp_path: Path) -> None:
    site = Site(tmp_path, block())
    cases(site)
    for day, steps, end in (("today", 48, {5: 2}), ("2026-10-30", 96, {0: 1, 5: 1})):
        told = site.json(f"/heat/replay/{day}?measure=reported")
        assert len(told["steps"]) == steps
        values = np.zeros(len(site.grid), int)
        seen = []
        for step in told["steps"]:
            index, value = unpack(base64.b64decode(step["d"]))
            values[index] = value
            seen.append(int(values.sum()))
        assert {i: v for i, v in enumerate(values.tolist()) if v} == end
        assert seen == sorted(seen)
    late = site.json("/heat/replay/today?measure=overdue&level=duty_grid")["steps"]
    changed = [step["at"] for step in late if step["d"]]
    assert changed == [NOON - HOUR + 15 * 60_000]
