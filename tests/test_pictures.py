"""Every scene has its picture, small and of a running demo's size; README shows them all."""

from __future__ import annotations

import io
import random
import re
from pathlib import Path

import pytest
from PIL import Image

from dashboard.city import load_profile
from layouts.scenes import every_scene
from tests.pictures.demo import AFTERNOON, ahead_ms
from tests.pictures.packing import LIMIT, packed
from tests.pictures.shooting import PHONE, USUAL, WALL_SIZES

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "img"
TOTAL = 5_000_000


def shown(file: Path) -> list[str]:
    """The pictures that a page shows, as paths from the root."""
    found = re.findall(
        r"""!\[[^\]]+\]\(([^)]+\.png)\)|<img src="([^"]+\.png)" alt="[^"]""",
        file.read_text("utf-8"),
    )
    return [str((file.parent / one).resolve().relative_to(ROOT)) for one in map("".join, found)]


@pytest.mark.parametrize("scene", every_scene(), ids=lambda scene: scene.id)
def test_every_scene_has_its_pictures_and_readme_shows_it(scene: object) -> None:
    id = scene.id  # type: ignore[attr-defined]
    for size in WALL_SIZES.get(id, (USUAL,)):
        with Image.open(IMAGES / f"{id}-{size}.png") as image:
            width, height = map(int, size.split("x"))
            assert abs(image.width / image.height - width / height) < 0.01
            assert image.mode == "P" and image.width >= min(width, 0.7 * 1920)
    assert f"docs/img/{id}-{USUAL}.png" in shown(ROOT / "README.md")


def test_what_the_pages_show_is_there_and_small() -> None:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    named = {path for page in pages for path in shown(page)}
    files = {str(file.relative_to(ROOT)): file.stat().st_size for file in IMAGES.glob("*")}
    assert named <= files.keys()
    assert f"docs/img/phone-{PHONE}.png" in named
    assert all(size <= LIMIT for size in files.values()) and sum(files.values()) <= TOTAL


def test_a_picture_is_packed_within_its_limit_and_keeps_its_shape() -> None:
    noise = random.Random(5).randbytes(600 * 300 * 3)
    out = io.BytesIO()
    Image.frombytes("RGB", (600, 300), noise).save(out, "PNG")
    body = packed(out.getvalue(), 90_000)
    with Image.open(io.BytesIO(body)) as image:
        assert len(body) <= 90_000 and image.mode == "P" and image.width == 2 * image.height
    with pytest.raises(ValueError, match="does not fit"):
        packed(out.getvalue(), 1_000)


@pytest.mark.parametrize("hour", range(0, 24, 5))
def test_it_is_afternoon_in_the_city_whenever_pictures_are_taken(hour: int) -> None:
    profile = load_profile("zhengzhou")
    now_ms = profile.day_start(20_783) + hour * 3_600_000
    then = now_ms + ahead_ms(profile.timezone, now_ms / 1000)
    assert profile.day(then) == 20_783
    minutes = (then - profile.day_start(20_783)) / 60_000
    assert minutes == AFTERNOON.hour * 60 + AFTERNOON.minute
