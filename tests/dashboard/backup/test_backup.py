"""The drill 演练: a backup while the city goes on, a machine that is gone, every figure back."""

from __future__ import annotations

import threading
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from dashboard.backup.container import Backup, BackupError
from dashboard.backup.saving import check, restore, save, thin_out
from dashboard.city import load_profile
from dashboard.cli import main
from dashboard.config import Config, load_config
from dashboard.ledger import Ledger, LedgerError, books
from dashboard.ledger.digest import digest
from dashboard.ledger.reading import history, size
from dashboard.reconcile import reconcile
from tests.town import HOUR, MONDAY, day, event, life

CITY = load_profile("meixian")
NOW = MONDAY + 30 * 24 * HOUR
Make = Callable[[str], Config]


@pytest.fixture
def machine(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str, str], Config]:
    """A machine by name with an empty ledger of its own, on SQLite or PostgreSQL."""

    def make(name: str, kind: str) -> Config:
        folder = tmp_path / name
        settings = {"city": "meixian", "data_dir": str(folder)}
        if kind == "postgresql":
            server = request.getfixturevalue("postgres_server")
            settings["ledger_url"] = server.create_database()
        return load_config(None, {}, settings)

    return make


def opened(config: Config) -> Ledger:
    config.data_dir.mkdir(parents=True, exist_ok=True)
    return Ledger.open(config.ledger_url, CITY.rules, CITY.id)


def live_in(config: Config, cases: int = 40) -> Ledger:
    """Cases, a book, an attachment, a form of one's own."""
    ledger = opened(config)
    for i in range(cases):
        ledger.apply(life(f"A{i}", MONDAY + i * HOUR, category="E0102"))
    ledger.apply([event("V1", 1, MONDAY, "report"), event("V1", 2, MONDAY + HOUR, "cancel")])
    books.append(ledger, "yearly", 2026, 1, b'{"number":1}')
    for folder, name in (("attachments", "a1/roster.pdf"), ("forms", "yearly.yaml")):
        file = config.data_dir / folder / name
        file.parent.mkdir(parents=True)
        file.write_bytes(name.encode())
    return ledger


@pytest.mark.parametrize(
    ("here", "there"),
    [("sqlite", "sqlite"), ("postgresql", "postgresql"), ("sqlite", "postgresql"),
     ("postgresql", "sqlite")],
)  # fmt: skip
def test_everything_comes_back_on_an_empty_machine(
    machine: Callable[[str, str], Config], tmp_path: Path, here: str, there: str
) -> None:
    home, away = machine("home", here), machine("away", there)
    ledger = live_in(home)
    before = digest(ledger)
    manifest = save(home, ledger, tmp_path / "city.backup.zip", NOW)
    assert (manifest.digest, manifest.city) == (before, "meixian")
    backup = Backup(tmp_path / "city.backup.zip")
    assert check(backup) == []
    restore(away, backup, "meixian")
    other = opened(away)
    assert digest(other) == before
    assert size(other) == size(ledger)
    assert history(other, "A1") == history(ledger, "A1") != []
    assert books.bodies(other, "yearly", 2026) == [b'{"number":1}']
    assert (away.data_dir / "attachments/a1/roster.pdf").read_bytes() == b"a1/roster.pdf"
    assert (away.data_dir / "forms/yearly.yaml").exists()
    first = day(MONDAY)
    assert reconcile(other, first, first + 40).differences == []
    other.apply(life("NEW", MONDAY))  # and it goes on
    ledger.close()
    other.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_backup_is_of_one_moment_while_events_come_in(
    machine: Callable[[str, str], Config], tmp_path: Path, kind: str
) -> None:
    home, away = machine("home", kind), machine("away", "sqlite")
    ledger = live_in(home)
    stop, wrote = threading.Event(), threading.Event()

    def busy() -> None:
        writer, i = opened(home), 0
        while not stop.is_set():
            writer.apply(life(f"B{i}", MONDAY + i * HOUR))
            i += 1
            wrote.set()
        writer.close()

    thread = threading.Thread(target=busy)
    thread.start()
    try:
        saved = []
        for i in range(3):
            wrote.clear()
            assert wrote.wait(30)
            saved.append(save(home, ledger, tmp_path / f"{i}.zip", NOW))
    finally:
        stop.set()
        thread.join()
    assert len({one.digest for one in saved}) > 1  # it did go on
    restore(away, Backup(tmp_path / "2.zip"), "meixian")
    other = opened(away)
    assert digest(other) == saved[2].digest
    first = day(MONDAY)
    assert reconcile(other, first, first + 400).differences == []
    ledger.close()
    other.close()


def made(machine: Callable[[str, str], Config], tmp_path: Path) -> tuple[Config, Path]:
    home = machine("home", "sqlite")
    ledger = live_in(home, 3)
    save(home, ledger, tmp_path / "city.zip", NOW)
    ledger.close()
    return home, tmp_path / "city.zip"


def rewritten(file: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """The same backup with parts changed behind its back, or left out."""
    target = file.with_name("other.zip")
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(target, "w") as out:
        for name in source.namelist():
            body = change(name, source.read(name))
            if body is not None:
                out.writestr(name, body)
    return target


def test_what_was_changed_or_left_out_is_named(
    machine: Callable[[str, str], Config], tmp_path: Path
) -> None:
    _, file = made(machine, tmp_path)
    changed = rewritten(file, lambda n, b: b"pirate" if n.endswith("roster.pdf") else b)
    assert check(Backup(changed)) == ["attachments/a1/roster.pdf：内容被改动过（SHA-256 不符）"]
    changed.unlink()
    gone = rewritten(file, lambda n, b: None if n == "ledger/tally.parquet" else b)
    assert check(Backup(gone)) == ["ledger/tally.parquet：缺失"]
    away = machine("away", "sqlite")
    with pytest.raises(BackupError, match="已损坏"):
        restore(away, Backup(gone), "meixian")
    assert not away.data_dir.exists()
    gone.unlink()
    digest_changed = rewritten(
        file,
        lambda n, b: (
            b.replace(Backup(file).manifest.digest.encode(), b"0" * 64)
            if n == "manifest.json"
            else b
        ),
    )
    assert check(Backup(digest_changed)) == ["数字与指纹不符"]


def test_a_backup_cut_short_is_no_backup(
    machine: Callable[[str, str], Config], tmp_path: Path
) -> None:
    _, file = made(machine, tmp_path)
    file.write_bytes(file.read_bytes()[:-200])
    with pytest.raises(BackupError, match="不是完整的备份文件"):
        Backup(file)


def test_nothing_is_ever_overwritten(machine: Callable[[str, str], Config], tmp_path: Path) -> None:
    home, file = made(machine, tmp_path)
    ledger = opened(home)
    with pytest.raises(BackupError, match="已存在"):
        save(home, ledger, file, NOW)
    ledger.close()
    with pytest.raises(BackupError, match="已有同名文件"):
        restore(home, Backup(file), "meixian")
    other = replace(home, data_dir=tmp_path / "elsewhere")
    with pytest.raises(LedgerError, match="不是空库"):
        restore(other, Backup(file), "meixian")
    assert not (tmp_path / "elsewhere" / "attachments").exists()
    with pytest.raises(BackupError, match="当前城市是 yueyang"):
        restore(machine("away", "sqlite"), Backup(file), "yueyang")


def test_a_name_that_leads_out_is_refused(
    machine: Callable[[str, str], Config], tmp_path: Path
) -> None:
    _, file = made(machine, tmp_path)
    evil = rewritten(
        file,
        lambda n, b: (
            b.replace(b"attachments/a1/roster.pdf", b"attachments/../../../pirate")
            if n == "manifest.json"
            else b
        ),
    )
    with zipfile.ZipFile(evil, "a") as out:
        out.writestr("attachments/../../../pirate", b"attachments/a1/roster.pdf"[12:])
    with pytest.raises(BackupError):
        restore(machine("away", "sqlite"), Backup(evil), "meixian")
    assert not (tmp_path.parent / "pirate").exists()


def test_a_full_disk_leaves_no_half_file(
    machine: Callable[[str, str], Config], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = machine("home", "sqlite")
    ledger = live_in(home, 3)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(BackupError, match="No space left"):
        save(home, ledger, tmp_path / "city.zip", NOW)
    assert list(tmp_path.glob("city.zip*")) == []
    ledger.close()


def test_the_commands_and_the_rotation(
    machine: Callable[[str, str], Config], tmp_path: Path
) -> None:
    home = machine("home", "sqlite")
    live_in(home, 3).close()
    folder = tmp_path / "backups"
    folder.mkdir()
    for stamp in ("20260101-000000", "20260102-000000", "20260103-000000"):
        (folder / f"cityops-meixian-{stamp}.backup.zip").touch()
        (folder / f"cityops-yueyang-{stamp}.backup.zip").touch()
    options = ["--city", "meixian", "--data-dir", str(home.data_dir)]
    told = CliRunner().invoke(main, ["backup", *options, str(folder), "--keep", "2"])
    assert told.exit_code == 0 and told.output.count("已清理") == 2, told.output
    (newest,) = [f for f in folder.glob("*meixian*") if f.stat().st_size]
    assert len(list(folder.glob("*yueyang*"))) == 3
    told = CliRunner().invoke(main, ["verify", *options, str(newest)])
    assert told.exit_code == 0 and "完好" in told.output
    there = ["--city", "meixian", "--data-dir", str(tmp_path / "away")]
    told = CliRunner().invoke(main, ["restore", *there, str(newest)])
    assert told.exit_code == 0, told.output
    with opened(home).engine.begin() as connection:
        connection.execute(text("delete from book_revisions"))
    told = CliRunner().invoke(main, ["verify", *there])
    assert told.exit_code == 1 and "meixian/yearly/2026" in told.output  # a made-up revision
    assert thin_out(folder, "yueyang", 1) != []
