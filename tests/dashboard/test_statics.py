"""Files under a URL that never lies."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from dashboard.statics import Statics
from tests.dashboard.asking import Answer, ask

FOREVER = "public, max-age=31536000, immutable"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "fonts").mkdir()
    (tmp_path / "wall.css").write_text("html{color:#eef3f8}" * 20)
    (tmp_path / "wall.js").write_text("// 上报")
    (tmp_path / "fonts" / "a.woff2").write_bytes(b"wOF2")
    (tmp_path / "fonts" / "LICENSE").write_text("OFL")
    return tmp_path


def get(statics: Statics, url: str, **headers: str) -> Answer:
    return asyncio.run(ask(statics, url, **headers))


def test_text_is_gzipped_for_who_takes_it_and_kept_for_ever(folder: Path) -> None:
    statics = Statics(folder)
    answer = get(statics, statics.url("wall.css"), accept_encoding="gzip, br")
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["cache-control"] == FOREVER
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.text.startswith("html{")
    plain = get(statics, statics.url("wall.css"))
    assert "content-encoding" not in plain.headers
    assert plain.text == answer.text


def test_fonts_are_sent_as_they_are(folder: Path) -> None:
    statics = Statics(folder)
    answer = get(statics, statics.url("fonts/a.woff2"), accept_encoding="gzip")
    assert (answer.body, answer.headers["content-type"]) == (b"wOF2", "font/woff2")
    assert "content-encoding" not in answer.headers


def test_files_that_go_together_come_as_one_in_their_order(folder: Path) -> None:
    (folder / "live.js").write_text("// 推送")
    statics = Statics(folder)
    url = statics.bundle("wall", ["wall.js", "live.js"])
    answer = get(statics, url, accept_encoding="gzip")
    assert answer.text == "// 上报\n// 推送"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == FOREVER
    assert answer.headers["content-encoding"] == "gzip"
    assert (
        statics.bundle("wall", ["wall.js", "live.js"])
        == url
        != statics.bundle("wall", ["live.js", "wall.js"])
    )
    assert url.startswith(f"/assets/{statics.digest}/") and url.endswith(".js")
    with pytest.raises(KeyError):
        statics.bundle("wall", ["gone.js"])
    assert not [name for name in statics.names if "bundle" in name]


def test_an_older_page_gets_todays_bundle_but_may_not_keep_it(folder: Path) -> None:
    statics = Statics(folder)
    url = statics.bundle("wall", ["wall.js"])
    older = re.sub("-[0-9a-f]{12}[.]js$", "-0123456789ab.js", url)
    answer = get(statics, older, accept_encoding="gzip")
    assert (answer.status, answer.text) == (200, "// 上报")
    assert answer.headers["cache-control"] == "no-store"
    assert get(statics, older.replace("wall", "desk")).status == 404


def test_another_content_is_another_url(folder: Path) -> None:
    before = Statics(folder)
    (folder / "wall.js").write_text("// 受理")
    after = Statics(folder)
    assert before.url("wall.js") != after.url("wall.js")
    assert Statics(folder).digest == after.digest


def test_a_page_of_an_older_build_gets_the_file_but_may_not_keep_it(folder: Path) -> None:
    answer = get(Statics(folder), "/assets/0123456789ab/wall.js")
    assert (answer.status, answer.text) == (200, "// 上报")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("name", ["fonts/LICENSE", "../wall.js", "none.js", "", "fonts"])
def test_nothing_else_is_served(folder: Path, name: str) -> None:
    statics = Statics(folder)
    assert get(statics, statics.url(name)).status == 404
