"""`python -m tests.pictures [FOLDER] [CITY]`: all pictures of the documentation, anew."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.playing import CHROMIUM
from tests.pictures.demo import running
from tests.pictures.packing import packed
from tests.pictures.shooting import shots

FOLDER = Path(__file__).parents[2] / "docs" / "img"


def main(folder: Path = FOLDER, city: str = "zhengzhou") -> None:
    """Only when all are taken do they replace those that were there."""
    with tempfile.TemporaryDirectory() as made:
        with running(city) as demo, sync_playwright() as playwright:
            browser = playwright.chromium.launch(**CHROMIUM)
            for shot in shots(browser, demo):
                body = packed(shot.png)
                (Path(made) / f"{shot.name}.png").write_bytes(body)
                print(f"{shot.name}  {len(body) // 1000} kB", flush=True)
            browser.close()
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.png"):
            old.unlink()
        for new in Path(made).glob("*.png"):
            (folder / new.name).write_bytes(new.read_bytes())


if __name__ == "__main__":
    given = sys.argv[1:]
    main(Path(given[0]) if given else FOLDER, *given[1:2])
