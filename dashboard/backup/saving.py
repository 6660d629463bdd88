"""Making, restoring and checking a backup 备份、恢复、校验."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Final

from dashboard.backup.container import FORMAT, Backup, BackupError, Manifest, packing
from dashboard.backup.tables import contents, figures, pack_tables
from dashboard.config import Config
from dashboard.ledger import Ledger
from dashboard.ledger.dump import restore as restore_tables
from dashboard.ledger.schema import SCHEMA_VERSION

Progress = Callable[[int], None]
NAMED: Final = "cityops-{city}-{stamp}.backup.zip"


def places(config: Config) -> dict[str, Path]:
    """Folder in a backup → where its files live on this machine. Keys and passwords are in none:
    they are not figures, and a backup travels."""
    out = {
        "grid": config.grid_dir,
        "attachments": config.data_dir / "attachments",
        "forms": config.forms_dir or config.data_dir / "forms",
    }
    if config.profile is not None:
        out["profile"] = config.profile
    return out


def save(
    config: Config, ledger: Ledger, path: Path, now: int, progress: Progress = lambda n: None
) -> Manifest:
    """Writes a backup while everything goes on. Raises `BackupError`; then there is no file."""
    with packing(path) as pack:
        digest, meta = pack_tables(pack, ledger, progress)
        for folder, place in places(config).items():
            for file, name in _files(place, folder):
                pack.add(name, file)
        manifest = Manifest(
            format=FORMAT,
            city=meta["city"],
            made_at=now,
            program=version("cityops-wall"),
            schema=SCHEMA_VERSION,
            digest=digest,
            parts=pack.parts,
        )
        pack.finish(manifest)
    return manifest


def _files(place: Path, folder: str) -> Iterator[tuple[Path, str]]:
    if place.is_file():
        yield place, f"{folder}/{place.name}"
    elif place.is_dir():
        for file in sorted(one for one in place.rglob("*") if one.is_file()):
            yield file, f"{folder}/{file.relative_to(place).as_posix()}"


def restore(
    config: Config, backup: Backup, city: str, progress: Progress = lambda n: None
) -> list[Path]:
    """Puts a backup into the empty ledger and folders of the configuration; the files written.

    Raises `BackupError` where it is damaged or another city's, or where something is in the way;
    then nothing was changed.
    """
    if backup.manifest.city != city:
        raise BackupError(f"{backup.path} 是 {backup.manifest.city} 的备份，当前城市是 {city}")
    if wrong := list(backup.wrong()):
        raise BackupError(f"{backup.path} 已损坏：{'；'.join(wrong[:5])}")
    targets = dict(_targets(config, backup))
    if taken := [str(place) for place in targets.values() if place.exists()]:
        raise BackupError(f"已有同名文件，不覆盖：{'、'.join(taken[:5])}")
    config.data_dir.mkdir(parents=True, exist_ok=True)
    restore_tables(config.ledger_url, backup.manifest.schema, contents(backup), progress)
    for name, place in targets.items():
        place.parent.mkdir(parents=True, exist_ok=True)
        with backup.open(name) as source, place.open("wb") as target:
            shutil.copyfileobj(source, target)
    return list(targets.values())


def _targets(config: Config, backup: Backup) -> Iterator[tuple[str, Path]]:
    roots = places(config)
    for name in backup.manifest.parts:
        folder, _, rest = name.partition("/")
        if folder == "profile" and folder not in roots:
            yield name, _inside(config.data_dir, rest)
        elif folder == "profile":
            continue  # the one that is configured stays
        elif folder in roots:
            yield name, _inside(roots[folder], rest)


def _inside(root: Path, rest: str) -> Path:
    """A place below `root`; raises `BackupError` for one that leads out of it."""
    place = (root / rest).resolve()
    if not rest or not place.is_relative_to(root.resolve()):
        raise BackupError(f"备份里有越界的文件名：{rest!r}")
    return place


def check(backup: Backup) -> list[str]:
    """What is wrong with a backup: parts that do not agree with the manifest, figures that do not
    agree with their digest. Empty: it would bring every figure back."""
    wrong = list(backup.wrong())
    if not wrong and figures(backup) != backup.manifest.digest:
        wrong.append("数字与指纹不符")
    return wrong


def thin_out(folder: Path, city: str, keep: int) -> list[Path]:
    """Removes all but the newest `keep` backups of a city in a folder; those removed."""
    found = sorted(folder.glob(NAMED.format(city=city, stamp="*")))
    gone = found[:-keep] if keep else []
    for file in gone:
        file.unlink()
    return gone
