"""`cityops verify` 校验: a backup file, or the ledger itself — digest, tally, books."""

from __future__ import annotations

from pathlib import Path

import click

from dashboard.backup.container import Backup, BackupError
from dashboard.backup.saving import check
from dashboard.bookroom import keeper
from dashboard.city import load_profile
from dashboard.cityledger import open_ledger
from dashboard.commands.configured import configured
from dashboard.config import Config
from dashboard.ledger import LedgerError
from dashboard.ledger.digest import digest


@click.command("verify")
@configured("city", "profile", "ledger_url", "data_dir", "forms_dir")
@click.argument(
    "backup", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
def command(config: Config, backup: Path | None) -> None:
    """校验一个备份文件；不给文件则校验台账：指纹与每册年度台账的哈希链。

    台账与案卷是否一致另用 cityops reconcile。有问题以 1 退出。
    """
    try:
        wrong = _backup(backup) if backup is not None else _ledger(config)
    except (BackupError, LedgerError) as error:
        raise click.ClickException(str(error)) from error
    for line in wrong:
        click.echo(f"✕ {line}")
    if wrong:
        raise click.exceptions.Exit(1)
    click.echo("完好")


def _backup(file: Path) -> list[str]:
    opened = Backup(file)
    told = opened.manifest
    click.echo(f"{told.city}　表结构 {told.schema}　{len(told.parts)} 个部分　指纹 {told.digest}")
    return check(opened)


def _ledger(config: Config) -> list[str]:
    profile = load_profile(config.profile_source)
    ledger = open_ledger(config, profile, reading=True)
    click.echo(f"{profile.id}　指纹 {digest(ledger)}")
    books = keeper(ledger, profile, config.forms_dir).verify()
    click.echo(f"年度台账 {len(books)} 册")
    ledger.close()
    return [f"{book}：{line}" for book, lines in books.items() for line in lines]
