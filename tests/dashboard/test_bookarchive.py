"""A locked book outlives its ledger: the drill, and every way a copy could lie."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dashboard.access.keys import load_keys, make_keys
from dashboard.bookarchive import BookArchive, archiving, read_file
from dashboard.bookroom import keeper
from dashboard.cli import main
from dashboard.config import load_config
from dashboard.evaluation.result import decode
from dashboard.evaluation.signedcopy import CopyError
from dashboard.evaluation.workflow import Refused
from dashboard.ledger import Ledger
from tests.dashboard.test_bookkeeping import CITY, FORM, LI, MARCH, WANG
from tests.town import line, read_lines

NOW = MARCH + 300 * 86_400_000
PAPER = "花名册.pdf@" + "ab" * 32


class Registry:
    """梅县 with one book, and the commands as an operator types them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.copies = folder, folder / "copies"
        (folder / "forms").mkdir()
        (folder / "forms" / "yearly.yaml").write_text(FORM, "utf-8")
        self.settings = {
            "CITYOPS_CITY": "meixian",
            "CITYOPS_DATA_DIR": str(folder / "data"),
            "CITYOPS_FORMS_DIR": str(folder / "forms"),
            "CITYOPS_BOOK_ARCHIVE_DIR": str(self.copies),
        }
        self.config = load_config(env=self.settings)
        self.config.data_dir.mkdir()
        make_keys(self.config.key_file)
        self.trail: list[tuple[str, str, str, str]] = []
        self.ledger = Ledger.open(self.config.ledger_url, CITY.rules, CITY.id)
        cases = [line(f"C{n}", 1, MARCH, "report", district="441403001") for n in range(3)]
        self.ledger.apply(read_lines(cases))
        archive = BookArchive(
            self.config.book_dir, CITY.id, self.config.forms_dir,
            lambda: load_keys(self.config.key_file), lambda: NOW,
        )  # fmt: skip

        def trail(*told: str) -> None:
            self.trail.append(told)  # type: ignore[arg-type]

        self.books = keeper(
            self.ledger, CITY, self.config.forms_dir, lambda: NOW, trail,
            archiving(archive, self.ledger, trail),
        )  # fmt: skip

    def lock(self) -> Path:
        """Typed, submitted, reviewed, locked; where the copy should be."""
        cells = {"values.satisfaction": {"value": 81, "attachment": [PAPER]}}
        self.books.save("yearly", 2026, cells, {}, WANG)
        self.books.act("yearly", 2026, "submit", WANG)
        self.books.act("yearly", 2026, "review", LI)
        book = self.books.act("yearly", 2026, "lock", LI)
        return self.copies / f"meixian-yearly-2026-{book.number:04d}.book.json"

    def run(self, *words: str, **settings: str) -> Result:
        env = {**self.settings, **settings}
        return CliRunner().invoke(main, ["book", *words], env=env)


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path)


def test_the_drill_the_ledger_is_destroyed_and_the_book_is_not(registry: Registry) -> None:
    file = registry.lock()
    assert file.is_file()  # written by locking
    assert ("li", "book.copy", "yearly/2026", file.name) in registry.trail
    assert "签名副本有" in registry.run("list").output
    locked = registry.books.book("yearly", 2026).locked
    key = registry.run("key").output.strip()
    registry.ledger.close()

    database = Path(registry.config.ledger_url.removeprefix("sqlite:///"))
    for leftover in database.parent.glob(f"{database.name}-*"):
        leftover.unlink()
    database.write_bytes(b"\xde\xad" * 50_000)
    assert registry.run("list").exit_code != 0

    for settings in ({}, {"CITYOPS_LEDGER_URL": "sqlite:////nowhere/at/all.db"}):
        told = registry.run("verify", str(file), **settings)
        assert told.exit_code == 0, told.output
        for shown in ("总分 96.00 / 100　优", "满意率　81%　得分 36.00", "花名册.pdf", "完好"):
            assert shown in told.output
    exact = registry.run("verify", str(file), "--json").output
    assert decode(exact.encode()) == decode(bytes(locked or b""))

    database.unlink()
    elsewhere = {"CITYOPS_DATA_DIR": str(registry.folder / "new machine")}
    (registry.folder / "new machine").mkdir()
    refused = registry.run("restore", str(file), **elsewhere)
    assert refused.exit_code == 1 and "--key" in refused.output  # whom to believe is not known
    restored = registry.run("restore", str(file), "--key", key, **elsewhere)
    assert restored.exit_code == 0, restored.output
    assert "放回 4 次修订" in restored.output
    again = registry.run("restore", str(file), "--key", key, **elsewhere)
    assert "放回 0 次修订" in again.output
    listed = registry.run("list", **elsewhere).output
    assert "yearly 2026　已锁定　4 次修订" in listed
    whole = registry.run("verify", **elsewhere)
    assert whole.exit_code == 0 and "完好" in whole.output


def changed(file: Path, change: Callable[[dict[str, Any]], None]) -> None:
    body = json.loads(file.read_text("utf-8"))
    change(body)
    file.write_text(json.dumps(body, ensure_ascii=False), "utf-8")


def replaced(index: int, before: str, after: str) -> Callable[[dict[str, Any]], None]:
    def change(body: dict[str, Any]) -> None:
        assert before in body["revisions"][index]
        body["revisions"][index] = body["revisions"][index].replace(before, after)

    return change


def restated(before: str, after: str) -> Callable[[dict[str, Any]], None]:
    def change(body: dict[str, Any]) -> None:
        assert before in body["statement"]
        body["statement"] = body["statement"].replace(before, after, 1)

    return change


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (replaced(0, '"value":81', '"value":99'), ["第 1 次修订与声明不符", "哈希不符"]),
        (replaced(-1, '"final":36.00', '"final":40.00'),
         ["第 4 次修订与声明不符", "指标 满意率（satisfaction）与声明不符"]),
        (replaced(-1, '"score":96.00', '"score":99.00'), ["总分、层级或说明与声明不符"]),
        (replaced(0, "ab" * 32, "cd" * 32), ["附件的清单与声明不符"]),
        (lambda body: body["revisions"].pop(1), ["修订 3 次，声明的是 4 次", "第 2 次修订缺失"]),
        (lambda body: body["revisions"].pop(), ["修订 3 次", "册不是已锁定的"]),
        (lambda body: body.update(form=body["form"].replace("90", "80", 1)),
         ["表单（form）与声明不符"]),
        (restated('"year":2026', '"year":2025'), ["签名不符", "哈希不符"]),
        (restated('"locked_by":"li"', '"locked_by":"wang"'), ["签名不符"]),
        (lambda body: body.update(signature="00" * 64), ["签名不符"]),
        (lambda body: body.update(key="00"), ["签名不符", "不是本系统签的"]),
        (lambda body: body["revisions"].__setitem__(1, "{"), ["第 2 次修订读不出"]),
        (lambda body: body.pop("key"), ["不是年度台账的签名副本"]),
        (lambda body: body.update(format="cityops-book/9"), ["副本格式 cityops-book/9"]),
    ],
)  # fmt: skip
def test_a_copy_that_was_changed_is_refused_and_what_differs_is_named(
    registry: Registry, change: Callable[[dict[str, Any]], None], named: list[str]
) -> None:
    file = registry.lock()
    changed(file, change)
    told = registry.run("verify", str(file))
    assert told.exit_code == 1
    assert [words for words in named if words not in told.output] == [], told.output
    assert "总分 9" not in told.output  # no figure of it is shown
    before = registry.books.book("yearly", 2026)
    assert registry.run("restore", str(file)).exit_code == 1
    assert registry.books.book("yearly", 2026) == before


def test_a_copy_made_anew_with_another_key_is_not_believed(
    registry: Registry, tmp_path: Path
) -> None:
    """Somebody who may write files, but has not our key, makes a whole copy of his own."""
    registry.lock()
    theirs = make_keys(tmp_path / "theirs.key")
    forged = BookArchive(
        tmp_path / "forged", CITY.id, registry.config.forms_dir, lambda: theirs, lambda: NOW
    )
    file = forged.write(registry.ledger, "yearly", 2026)
    assert read_file(file, forged.key).wrong == ()
    told = registry.run("verify", str(file))
    assert told.exit_code == 1 and "不是本系统签的" in told.output
    assert registry.run("verify", str(file), "--key", forged.key).exit_code == 0


def test_only_a_locked_book_has_a_copy_and_it_is_never_written_over(registry: Registry) -> None:
    registry.books.save("yearly", 2026, {"values.satisfaction": {"value": 80}}, {}, WANG)
    told = registry.run("export-signed", "yearly", "2026")
    assert told.exit_code == 1 and "没有锁定" in told.output
    assert "没有 yearly 2025 这一册" in registry.run("export-signed", "yearly", "2025").output
    file = registry.folder / "copies" / "meixian-yearly-2026-0004.book.json"
    registry.books.act("yearly", 2026, "submit", WANG)
    registry.books.act("yearly", 2026, "review", LI)
    registry.books.act("yearly", 2026, "lock", LI)
    first = file.read_bytes()
    assert registry.run("export-signed", "yearly", "2026").exit_code == 0
    assert file.read_bytes() == first
    assert list(registry.copies.iterdir()) == [file]  # nothing half is left about
    registry.books.act("yearly", 2026, "reopen", LI, "更正")
    with pytest.raises(CopyError, match="没有锁定"):
        BookArchive(
            registry.copies, CITY.id, registry.config.forms_dir,
            lambda: load_keys(registry.config.key_file), lambda: NOW,
        ).write(registry.ledger, "yearly", 2026)  # fmt: skip
    assert file.read_bytes() == first  # the copy of what was locked then stays


def test_a_ledger_with_another_history_is_left_alone(registry: Registry) -> None:
    file = registry.lock()
    other = Ledger.open(f"sqlite:///{registry.folder}/other.db", CITY.rules, CITY.id)
    books = keeper(other, CITY, registry.config.forms_dir, lambda: NOW)
    books.save("yearly", 2026, {"values.satisfaction": {"value": 70}}, {}, WANG)
    other.close()
    url = {"CITYOPS_LEDGER_URL": f"sqlite:///{registry.folder}/other.db"}
    told = registry.run("restore", str(file), **url)
    assert told.exit_code == 1 and "第 1 次修订与副本不同" in told.output
    assert "1 次修订" in registry.run("list", **url).output


def test_a_copy_that_cannot_be_written_does_not_undo_the_lock(registry: Registry) -> None:
    registry.copies.write_text("in the way", "utf-8")
    with pytest.raises(Refused):
        registry.books.act("yearly", 2026, "lock", LI)
    registry.lock()
    assert registry.books.book("yearly", 2026).state == "locked"
    assert [told[1] for told in registry.trail][-1] == "book.copy.failed"
    assert "签名副本缺" in registry.run("list").output
    registry.copies.unlink()
    assert registry.run("export-signed", "yearly", "2026").exit_code == 0
