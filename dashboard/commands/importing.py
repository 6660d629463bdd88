"""`cityops import` 导入: from a case system's files or database, by a mapping."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from dashboard.city import Profile, load_profile
from dashboard.commands.configured import configured
from dashboard.commands.durations import Duration
from dashboard.commands.importruns import CaseRows, Run, import_file, poll
from dashboard.commands.receiving import open_receiver
from dashboard.config import Config
from dashboard.events import LATEST, Rejected, instant
from dashboard.ledger import LedgerError
from dashboard.sources.callrows import load_call_mapping
from dashboard.sources.mapping import MappingError, load_mapping
from dashboard.sources.outbox import OutboxError
from dashboard.sources.rows import MissingColumns
from dashboard.sources.sqlsource import Query, SqlSource
from dashboard.sources.strangers import Strangers
from dashboard.sources.tables import TableError

SHOWN_REASONS = 10
_BAD = (MappingError, TableError, MissingColumns, LedgerError, OutboxError, OSError)


@click.group("import")
def command() -> None:
    """从案件系统导入。映射文件的写法见 docs/import.md。"""


@command.command("cases")
@configured("city", "profile", "ledger_url", "redis_url", "data_dir")
@click.argument(
    "file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "--mapping", "mapping_file", required=True, type=click.Path(exists=True, path_type=Path),
    help="映射文件（TOML）：列、时间格式、对照表",
)  # fmt: skip
@click.option("--sql", help="案件库地址（SQLAlchemy），或 @存有地址的文件", metavar="URL")
@click.option("--query", help="SELECT 语句，或 @文件；不含 ORDER BY", metavar="SELECT")
@click.option("--watermark", help="查询结果中的更新时间（或自增号）列，只取新行")
@click.option("--every", type=Duration(timedelta(seconds=1)), help="轮询间隔，如 30s；不写则一次")
@click.option("--once", is_flag=True, help="只查一次（缺省）")
@click.option(
    "--overlap", type=Duration(), default="5m", show_default=True,
    help="水位之前重取多久，防晚提交的行漏取",
)  # fmt: skip
@click.option("--anew", is_flag=True, help="不理会已存的水位，从头取")
@click.option("--to", type=click.Choice(["ledger", "stream"]), default="ledger", show_default=True)
@click.option("--rejected", type=click.Path(dir_okay=False, path_type=Path), help="拒收行写到哪里")
@click.option("--as-of", help="表的导出时刻（RFC 3339）：表里没有修订号和更新时间时作修订号")
@click.option("--patience", type=Duration(), help="--to stream 时 Redis 不收最多等多久")
@click.option("--json", "as_json", is_flag=True, help="机读结果；轮询时每次一行")
def cases(
    config: Config,
    file: Path | None,
    mapping_file: Path,
    sql: str | None,
    query: str | None,
    watermark: str | None,
    every: timedelta | None,
    once: bool,
    overlap: timedelta,
    anew: bool,
    to: str,
    rejected: Path | None,
    as_of: str | None,
    patience: timedelta | None,
    as_json: bool,
) -> None:
    """导入案卷：FILE（csv、csv.gz、xlsx、parquet），或用 --sql 读案件库。

    可重复执行：已有且相同的行不变。拒收的行写入 FILE.rejected.csv，附行号与原因。
    """
    if (file is None) == (sql is None or query is None):
        raise click.UsageError("给出 FILE，或同时给出 --sql 与 --query，二者其一")
    if every is not None and (once or file is not None):
        raise click.UsageError("--every 只用于 --sql，且不与 --once 同用")
    try:
        profile = load_profile(config.profile_source)
        mapping = load_mapping(mapping_file)
        run = Run(
            CaseRows(mapping), rejected, _instant(as_of), _strangers(profile), _now,
            lambda result: _tell(result, as_json),
        )  # fmt: skip
        with open_receiver(to, config, profile, _now, patience) as receiver:
            if file is not None:
                import_file(run, file, receiver)
            else:
                source = SqlSource(
                    _or_file(sql or ""), Query(_or_file(query or ""), watermark, overlap)
                )
                rejects = rejected or config.data_dir / f"{mapping.source}.rejected.csv"
                poll(run, source, receiver, rejects, every, anew)
    except _BAD as error:
        raise click.ClickException(str(error)) from error


@command.command("calls")
@configured("city", "profile", "ledger_url", "redis_url", "data_dir")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--mapping", "mapping_file", required=True, type=click.Path(exists=True, path_type=Path),
    help="映射文件（TOML）：列、时间格式、对照表",
)  # fmt: skip
@click.option("--to", type=click.Choice(["ledger", "stream"]), default="ledger", show_default=True)
@click.option("--rejected", type=click.Path(dir_okay=False, path_type=Path), help="拒收行写到哪里")
@click.option("--as-of", help="话单的导出时刻（RFC 3339）：没有修订号和更新时间时作修订号")
@click.option("--patience", type=Duration(), help="--to stream 时 Redis 不收最多等多久")
@click.option("--json", "as_json", is_flag=True, help="机读结果")
def calls(
    config: Config,
    file: Path,
    mapping_file: Path,
    to: str,
    rejected: Path | None,
    as_of: str | None,
    patience: timedelta | None,
    as_json: bool,
) -> None:
    """导入话单：FILE（csv、csv.gz、xlsx、parquet），一行一个已结束的来电。

    可重复执行：已有且相同的行不变。拒收的行写入 FILE.rejected.csv，附行号与原因。
    """
    try:
        profile = load_profile(config.profile_source)
        run = Run(
            load_call_mapping(mapping_file), rejected, _instant(as_of), Strangers({}), _now,
            lambda result: _tell(result, as_json),
        )  # fmt: skip
        with open_receiver(to, config, profile, _now, patience) as receiver:
            import_file(run, file, receiver)
    except _BAD as error:
        raise click.ClickException(str(error)) from error


def _or_file(text: str) -> str:
    """The text, or the content of the file it names as @FILE: secrets stay off the command line."""
    return Path(text[1:]).read_text("utf-8").strip() if text.startswith("@") else text


def _instant(as_of: str | None) -> int | None:
    try:
        return None if as_of is None else instant(as_of, "--as-of", LATEST)
    except Rejected as error:
        raise click.UsageError(str(error)) from error


def _strangers(profile: Profile) -> Strangers:
    return Strangers(
        {
            "district": {area.code for area in profile.districts},
            "department": {department.code for department in profile.departments},
            "category": profile.categories,
            "channel": profile.channels,
        }
    )


def _tell(result: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False))
        return
    click.echo(
        f"{result['source']}：读 {result['read']:,} 行，更新 {result['accepted']:,}，"
        f"未变 {result['unchanged']:,}，拒收 {result['rejected']:,}（{result['seconds']:.1f} 秒）"
    )
    for reason, n in list(result["reasons"].items())[:SHOWN_REASONS]:
        click.echo(f"  拒收 {n:,} 行：{reason}", err=True)
    if result["rejected_file"]:
        click.echo(f"  拒收的行：{result['rejected_file']}", err=True)
    for field, codes in result["unknown_codes"].items():
        few = "、".join(f"{code}（{n:,}）" for code, n in list(codes.items())[:5])
        click.echo(f"  城市档案里没有的 {field}：{len(codes)} 个，如 {few}", err=True)


def _now() -> int:
    return time.time_ns() // 1_000_000
