"""The map scene by hand and by itself: switches, rotation, replay, cell card, points, base maps."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.browser.playing import Stage, open_wall, playing, until

Wall = Callable[..., Page]
MORE = ("map",)
CELLS = "reported.30d.unit_cell"
VIEW = "cityops.mapViews.get('map-grid')"
READY = f"Boolean({VIEW} && {VIEW}.vector() && {VIEW}.vector().values)"


@pytest.fixture
def scene(wall: Wall) -> Callable[..., Page]:
    def show(size: str = "1920x1080", query: str = f"?map={CELLS}", script: str = "") -> Page:
        page = wall(size, f"/wall/grid_heat{query}", script)
        until(page, READY)
        page.wait_for_timeout(500)
        return page

    return show


def centre(page: Page) -> tuple[float, float]:
    """Where on the screen a cell with cases lies."""
    spot = page.evaluate(
        f"""() => {{
          const view = {VIEW}, top = view.vector().top[0];
          const at = view.map().latLngToContainerPoint(view.layer().centreOf(top.i));
          const box = view.map().getContainer().getBoundingClientRect();
          return [box.left + at.x, box.top + at.y];
        }}"""
    )
    return spot[0], spot[1]


def test_nothing_foreign_is_asked_for_and_nothing_is_logged(browser: Browser, stage: Stage) -> None:
    page = browser.new_page(viewport={"width": 1920, "height": 1080})
    hosts, complaints = set[str | None](), list[str]()
    page.on("request", lambda r: hosts.add(urlsplit(r.url).hostname))
    page.on("console", lambda m: m.type in ("error", "warning") and complaints.append(m.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    open_wall(page, stage.url, f"/wall?dwell=999&map={CELLS}")
    page.keyboard.press("2")
    until(page, READY)
    for value in ("street", "duty_grid"):
        page.click(f"[data-heat='grid.level'] button[data-value={value}]")
        page.wait_for_timeout(300)
    page.click(".zoom button[data-by='1']")
    page.mouse.click(*centre(page))
    page.wait_for_timeout(800)
    assert hosts - {"127.0.0.1", ""} == set()
    assert complaints == []
    page.close()


def test_borders_of_the_level_that_is_shown_are_drawn_and_of_cells_none(
    scene: Callable[..., Page],
) -> None:
    """Also those of the level a page opens with; `ink` counts the pixels of the pane's canvas."""
    page = scene(query="?map=reported.30d.street")
    ink = f"""(() => {{
      const pane = {VIEW}.map().getPane('lines'), canvas = pane.querySelector('canvas');
      if (pane.style.display === 'none' || !canvas) return 0;
      const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
      return pixels.filter((value, i) => i % 4 === 3 && value > 0).length;
    }})()"""
    until(page, f"{ink} > 1000")
    for level, drawn in (("unit_cell", "=== 0"), ("duty_grid", "> 1000")):
        page.click(f"[data-heat='grid.level'] button[data-value={level}]")
        until(page, f"{ink} {drawn}")


def test_only_a_city_with_a_grid_loads_the_map(browser: Browser, stage: Stage) -> None:
    with playing() as plain:
        page = browser.new_page()
        asked: list[str] = []
        page.on("request", lambda r: asked.append(r.url))
        open_wall(page, plain.url)
        assert page.locator("[data-goto=overview]").count() == 1
        assert page.locator("[data-goto=grid_heat]").count() == 0
        assert page.locator("[data-tile=map]").count() == 0
        assert not [url for url in asked if "heat" in url or "/grid/" in url]
        page.close()


def test_a_switch_changes_what_is_asked_of_the_stream(scene: Callable[..., Page]) -> None:
    page = scene()
    page.click("[data-heat='grid.window'] button[data-value='7d']")
    page.click("[data-heat='grid.measure'] button[data-value=overdue]")
    page.click("[data-heat='grid.level'] button[data-value=duty_grid]")
    until(page, f"{VIEW}.key() === 'overdue.7d.duty_grid'")
    until(page, "cityops.heat.wanted().includes('overdue.7d.duty_grid')")
    assert "overdue.7d.district" in page.evaluate("cityops.heat.wanted()")
    until(page, "document.querySelector('.sum').textContent.startsWith('近 7 天超期')")
    on = page.locator("[data-heat^='grid.'] button.on").all_inner_texts()
    assert on == ["7 日", "超期", "责任网格"]


def test_views_take_turns_by_themselves_and_rest_after_a_touch(
    scene: Callable[..., Page],
) -> None:
    page = scene(query="?hold=60")
    first = page.evaluate(f"{VIEW}.key()")
    until(page, f"{VIEW}.key() !== '{first}'", 14)
    page.mouse.click(30, 500)
    second = page.evaluate(f"{VIEW}.key()")
    page.wait_for_timeout(11_500)
    assert page.evaluate(f"{VIEW}.key()") == second


def test_a_cell_tells_about_itself(scene: Callable[..., Page]) -> None:
    page = scene()
    page.mouse.click(*centre(page))
    page.wait_for_selector(".cell-card.open")
    text = page.inner_text(".cell-card")
    for word in ("社区", "街道", "责任网格", "上报", "按期结案率", "近 30 日逐日上报"):
        assert word in text
    code = page.inner_text(".cell-card h2")
    assert len(code) == 15
    assert code == page.evaluate(f"{VIEW}.vector().top[0].code")
    page.keyboard.press("Escape")
    assert not page.is_visible(".cell-card")


def test_a_tap_works_as_a_click(browser: Browser, stage: Stage) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    open_wall(page, stage.url, "/wall/grid_heat?map=reported.30d.duty_grid")
    until(page, READY)
    page.wait_for_timeout(500)
    box = page.locator("#map-grid").bounding_box()
    assert box is not None
    spot = page.evaluate(
        f"""() => {{ const v = {VIEW}; const b = v.map().getCenter();
          const p = v.map().latLngToContainerPoint(v.layer().centreOf(v.vector().top[0].i));
          return [p.x, p.y]; }}"""
    )
    page.touchscreen.tap(box["x"] + spot[0], box["y"] + spot[1])
    page.wait_for_selector(".cell-card.open")
    context.close()


def test_the_day_plays_pauses_and_can_be_scrubbed(scene: Callable[..., Page]) -> None:
    page = scene()
    live = page.evaluate(f"Array.from({VIEW}.vector().values)")
    page.click(".play")
    page.wait_for_selector(".replaying")
    until(page, "document.querySelector('.at-time').textContent.includes('回放')")
    page.wait_for_timeout(900)
    page.click(".play")
    at = page.inner_text(".at-time")
    page.wait_for_timeout(700)
    assert page.inner_text(".at-time") == at
    early = page.evaluate(f"{VIEW}.vector().values.reduce((a, b) => a + b, 0)")
    box = page.locator(".lapse").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + 5)
    assert page.inner_text(".at-time").split() == ["回放", "12:00"]
    noon = page.evaluate(f"{VIEW}.vector().values.reduce((a, b) => a + b, 0)")
    assert noon > early
    page.mouse.click(box["x"] + box["width"] * 0.1, box["y"] + 5)
    assert page.inner_text(".at-time").split() == ["回放", "02:30"]
    assert page.evaluate(f"{VIEW}.vector().values.reduce((a, b) => a + b, 0)") < noon
    page.click(".to-live")
    assert page.evaluate(f"Array.from({VIEW}.vector().values)") == live
    assert page.locator(".replaying").count() == 0


def test_new_cases_pulse_once(scene: Callable[..., Page], stage: Stage) -> None:
    page = scene()
    stage.heat(points=5)
    until(page, "document.querySelectorAll('.t-map .pulse').length === 5")
    until(page, "document.querySelectorAll('.pulse').length === 0")


def test_hot_cells_have_numbers_and_districts_their_counts(scene: Callable[..., Page]) -> None:
    page = scene()
    numbers = page.locator(".rk").all_inner_texts()
    assert "1" in numbers
    assert len(numbers) >= 4
    until(page, "document.querySelectorAll('.lab:not(.gone)').length >= 5")
    counts = page.evaluate(
        f"""() => {{ const v = {VIEW}.districts();
          return Array.from(v.values).map((n) => n.toLocaleString('zh-CN')); }}"""
    )
    shown = page.locator(".lab:not(.gone) span").all_inner_texts()
    assert set(shown) <= set(counts)


def test_zooming_by_hand_goes_back_to_the_whole_city(scene: Callable[..., Page]) -> None:
    page = scene(script="window.fast = true")
    fitted = page.evaluate(f"{VIEW}.map().getZoom()")
    page.click(".zoom button[data-by='1']")
    until(page, f"{VIEW}.map().getZoom() > {fitted}")
    assert page.evaluate(f"{VIEW}.map().getZoom() % 1") == 0
    page.click(".zoom button[data-by='0']")
    until(page, f"Math.abs({VIEW}.map().getZoom() - {fitted}) < 0.01")


def png(size: int = 256) -> bytes:
    """A grey raster tile."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", size, size, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + b"\x40" * size for _ in range(size)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


BASES = {
    "url": {"kind": "url", "url": "/base/{z}/{x}/{y}.png", "attribution": "底图"},
    "mbtiles": {"kind": "mbtiles", "url": "/base/{z}/{x}/{y}", "max_zoom": 12},
    "tianditu": {
        "kind": "tianditu",
        "key": "k1",
        "url": "/base/{layer}?z={z}&x={x}&y={y}&tk={key}",
    },
}


@pytest.mark.parametrize("kind", BASES)
def test_base_maps_of_pictures_load_from_where_the_configuration_says(
    scene: Callable[..., Page], kind: str
) -> None:
    page = scene()
    asked: list[str] = []

    def serve(route: Route) -> None:
        asked.append(urlsplit(route.request.url).path)
        route.fulfill(body=png(), content_type="image/png")

    page.route("**/base/**", serve)
    page.evaluate(f"(base) => cityops.addBase(L, {VIEW}.map(), base)", BASES[kind])
    until(
        page, "document.querySelectorAll('.leaflet-base-pane img.leaflet-tile-loaded').length > 1"
    )
    assert asked
    if kind == "tianditu":
        assert {path.rpartition("/")[2] for path in asked} == {"vec", "cva"}


def field(number: int, data: bytes) -> bytes:
    """A protobuf field of bytes."""
    return bytes([number << 3 | 2, len(data)]) + data


def vector_tile() -> bytes:
    """All under water: a vector tile with one square in its layer `water`."""
    corner, edge = varint(0), varint(2 * 4096)
    back = varint(2 * 4096 - 1)  # zigzag of -4096
    path = bytes([9]) + corner + corner + bytes([26])
    path += edge + corner + corner + edge + back + corner + bytes([15])
    feature = field(2, bytes([0, 0])) + bytes([3 << 3, 3]) + field(4, path)
    layer = field(1, b"water") + field(2, feature) + field(3, b"kind")
    layer += field(4, field(1, b"water")) + bytes([5 << 3]) + varint(4096) + bytes([15 << 3, 2])
    return field(3, layer)


def varint(n: int) -> bytes:
    out = b""
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


@pytest.fixture
def pmtiles() -> Iterator[bytes]:
    """An archive of zoom 1, four times the same tile: header, root directory, metadata, tile."""
    tile, meta = vector_tile(), b"{}"
    root = b"".join(map(varint, (1, 1, 4, len(tile), 1)))
    begin = 127 + len(root) + len(meta)
    head = b"PMTiles" + bytes([3])
    head += struct.pack("<8Q", 127, len(root), 127 + len(root), 2, begin, 0, begin, len(tile))
    head += struct.pack("<3Q", 4, 1, 1) + bytes([1, 1, 1, 1, 1, 1])
    head += struct.pack("<4i", -1800000000, -850000000, 1800000000, 850000000)
    head += bytes([0]) + struct.pack("<2i", 0, 0)
    assert len(head) == 127
    yield head + root + meta + tile


def test_a_vector_base_map_is_one_file_read_by_ranges(
    scene: Callable[..., Page], pmtiles: bytes
) -> None:
    page = scene()
    ranges: list[str] = []

    def serve(route: Route) -> None:
        wanted = route.request.headers.get("range", "")
        ranges.append(wanted)
        first, last = (int(n) for n in wanted.removeprefix("bytes=").split("-"))
        part = pmtiles[first : last + 1]
        told = {"content-range": f"bytes {first}-{first + len(part) - 1}/{len(pmtiles)}"}
        route.fulfill(status=206, body=part, headers=told)

    page.route("**/grid/base.pmtiles", serve)
    base = {"kind": "pmtiles", "url": "/grid/base.pmtiles", "max_zoom": 1}
    layers = page.evaluate(
        f"(base) => cityops.addBase(L, {VIEW}.map(), base).then((all) => all.length)", base
    )
    assert layers == 1
    until(page, PAINTED)
    assert ranges and all(wanted.startswith("bytes=") for wanted in ranges)


PAINTED = """Array.from(document.querySelectorAll('.leaflet-base-pane canvas')).some((canvas) => {
  const octets = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  const at = 4 * (canvas.width * (canvas.height >> 1) + (canvas.width >> 1));
  return octets.slice(at, at + 4).join() === '49,53,63,255';
})"""
"""A tile of the base map is covered by the water of the dark flavour, #31353f."""
