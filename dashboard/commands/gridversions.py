"""Versions of a grid: what they say of themselves, their tiles, and moving the ledger to one."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from tqdm import tqdm  # type: ignore[import-untyped]

from dashboard.city import load_profile
from dashboard.cityledger import open_ledger
from dashboard.commands.configured import configured
from dashboard.config import Config
from dashboard.gridfiles import GridFiles
from dashboard.ledger import LedgerError
from dashboard.ledger.inspection import look
from dashboard.places import OUTSIDE
from dashboard.reassign import LEVELS, Moves, Watch, preview, reassign
from geo.codes import LEVELS as NAMES
from geo.grid import GridError
from geo.idtiles import IdTiles
from geo.store import About, GridStore

SHOWN = 5


def stored(store: GridStore) -> list[About]:
    """Every stored version, oldest first. Raises `GridError`."""
    return store.versions() if store.folder.is_dir() else []


def describe(about: About, city: str) -> str:
    """One line about a version."""
    kind = "生成" if about.origin.kind == "generated" else f"导入自 {about.origin.source}"
    sketch = "，区界示意" if about.origin.schematic else ""
    members = "、".join(f"{NAMES[id]} {n:,}" for id, n in about.members.items() if n)
    return f"{about.version} {city}：单元网格 {about.cells:,}、{members}（{kind}{sketch}）"


def said(about: About) -> dict[str, Any]:
    """The same for a program."""
    return asdict(about)


def tiles(store: GridStore, version: str) -> int:
    """Makes what browsers load of a version and is not there; how many tiles were made."""
    files = GridFiles(store, version)
    files.build()
    made = IdTiles(store.path(version) / "tiles", files.about.bounds, lambda: store.load(version))
    with tqdm(made.prebuild(), unit="张", desc="瓦片", leave=False, disable=None) as bar:
        return sum(1 for _ in bar)


def adopt(config: Config, store: GridStore, version: str) -> bool:
    """Makes a version current if the ledger has no cases yet or is already on it."""
    try:
        found = look(config.ledger_url)
    except LedgerError as error:
        click.echo(f"  台账连不上（{error}），网格已存，未启用", err=True)
        return False
    if not found.cases or found.grid == version:
        store.choose(version)
    return store.current == version


@click.command("reassign")
@configured("city", "profile", "ledger_url", "data_dir")
@click.option("--to", "version", help="换到哪一版；缺省为最新的一版")
@click.option("--dry-run", is_flag=True, help="只算不写")
@click.option(
    "--report", "report_file", type=click.Path(dir_okay=False, path_type=Path),
    help="逐案写出变动（CSV）",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="机读结果 / machine-readable")
def reassign_command(
    config: Config, version: str | None, dry_run: bool, report_file: Path | None, as_json: bool
) -> None:
    """把台账里的全部案卷按另一版网格重新落格：一个事务，精确；工作进程会自行重启接上。"""
    profile = load_profile(config.profile_source)
    store = GridStore(config.grid_dir)
    try:
        newest = stored(store)
        if not newest:
            raise GridError(f"{store.folder} 中还没有网格")
        about = store.about(version or newest[-1].version)
        ledger = open_ledger(config, profile, grid=about.version, new_rules=True)
        with _moves(report_file) as watch, tqdm(unit="案", unit_scale=True, disable=None) as bar:
            moves = (preview if dry_run else reassign)(ledger, bar.update, watch)
        ledger.close()
        if not dry_run:
            store.choose(about.version)
    except (GridError, LedgerError) as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        out = {"to": about.version, "dry_run": dry_run, **asdict(moves)}
        click.echo(json.dumps(out, ensure_ascii=False))
        return
    click.echo(describe(about, profile.name))
    _tell(moves, dry_run)


@contextmanager
def _moves(file: Path | None) -> Iterator[Watch]:
    """Writes every moved case to a CSV file, if one is wanted."""
    if file is None:
        yield lambda case, before, after: None
        return
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        table = csv.writer(out)
        table.writerow(["案卷号", *(f"{when}{NAMES[id]}" for when in "前后" for id in LEVELS)])
        put: Callable[[Sequence[Any]], Any] = table.writerow
        yield lambda case, before, after: put([case, *map(_shown, before), *map(_shown, after)])


def _shown(code: str | None) -> str:
    return "网格外" if code == OUTSIDE else code or ""


def _tell(moves: Moves, dry_run: bool) -> None:
    did = "将变动" if dry_run else "变动"
    click.echo(f"案卷 {moves.records:,}，{did} {moves.changed:,}")
    for id, n in moves.moved.items():
        if n:
            click.echo(f"  {NAMES[id]} {n:,}")
    placed, lost = moves.in_cells, moves.without_place
    click.echo(f"落在单元网格 {placed:,}，网格外 {moves.outside:,}，没有位置 {lost:,}")
    if moves.unknown_codes:
        few = list(moves.unknown_codes.items())[:SHOWN]
        shown = "、".join(f"{code}（{n:,}）" for code, n in few)
        click.echo(
            f"  这一版没有的编码 {len(moves.unknown_codes):,} 个，案卷无经纬度，照原编码计：{shown}"
        )
