"""`cityops audit` 审计日志: check the chain, write it out."""

from __future__ import annotations

import sys
from datetime import date, datetime, timedelta
from typing import TextIO

import click

from dashboard.access.trail import line_of
from dashboard.city import load_profile
from dashboard.commands.accessing import entry, opened
from dashboard.commands.configured import configured
from dashboard.config import Config
from dashboard.ledger.audit import AuditLog
from dashboard.worktime import EPOCH


@click.group("audit")
def command() -> None:
    """审计日志：核对哈希链、导出 / the audit log."""


@command.command("verify")
@configured("city", "profile", "data_dir")
@click.option("--head", default="", help="以前记下的末尾哈希：它必须还在链上")
def verify(config: Config, head: str) -> None:
    """从头核对哈希链；被改过、删过、插过即以状态 1 结束，并指出哪一条。"""
    with opened(config) as database:
        log = AuditLog(database)
        verdict = log.verify()
        if verdict.wrong:
            raise click.ClickException(f"{verdict.wrong}（之前 {verdict.entries} 条完好）")
        if head and not any(link.hash == head for link in log.entries()):
            raise click.ClickException(f"链上没有 {head}：记下它之后，日志被截断或整体重造过")
        click.echo(f"完好：{verdict.entries} 条，从第 {verdict.first} 条起，末尾 {verdict.head}")


@command.command("export")
@configured("city", "profile", "data_dir")
@click.option("--from", "since", type=click.DateTime(["%Y-%m-%d"]), help="从这一天（含）")
@click.option("--to", "until", type=click.DateTime(["%Y-%m-%d"]), help="到这一天（含）")
@click.option(
    "-o", "--output", type=click.File("w", "utf-8"), default="-", help="文件；缺省标准输出"
)
def export(config: Config, since: datetime | None, until: datetime | None, output: TextIO) -> None:
    """导出为一行一条的 JSON，带哈希，可离线核对；导出本身也记入日志。"""
    profile = load_profile(config.profile_source)

    def start(moment: datetime | None, plus: int = 0) -> int | None:
        if moment is None:
            return None
        day: date = moment.date() + timedelta(plus)
        return profile.day_start(day.toordinal() - EPOCH)

    with opened(config) as database:
        log = AuditLog(database)
        count = 0
        for link in log.entries(start(since) or 0, start(until, 1)):
            output.write(line_of(link) + "\n")
            count += 1
        log.add(entry("audit.export", "cli", entries=count))
    print(f"{count} 条", file=sys.stderr)
