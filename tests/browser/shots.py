"""Screenshots 截图 of the wall at every size, for a person to look at.

`python -m tests.browser.shots [FOLDER] [SIZE…]`, e.g. `… /tmp/shots 1920x1080 390x844`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.playing import CHROMIUM, SIZES, open_wall, playing


def shoot(folder: Path, sizes: list[str]) -> None:
    """Writes `wall-<size>.png` for each size."""
    folder.mkdir(parents=True, exist_ok=True)
    with playing() as stage, sync_playwright() as playwright:
        browser = playwright.chromium.launch(**CHROMIUM)
        for size in sizes:
            width, height = map(int, size.split("x"))
            page = browser.new_page(viewport={"width": width, "height": height})
            open_wall(page, stage.url)
            page.wait_for_timeout(800)
            page.screenshot(path=folder / f"wall-{size}.png", full_page=width < 700)
            page.close()
        browser.close()


if __name__ == "__main__":
    shoot(Path(sys.argv[1] if len(sys.argv) > 1 else "/tmp/shots"), sys.argv[2:] or list(SIZES))
