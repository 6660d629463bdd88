"""`cityops restore` 恢复: a backup into the empty ledger and folders of the configuration."""

from __future__ import annotations

from pathlib import Path

import click
from tqdm import tqdm  # type: ignore[import-untyped]

from dashboard.backup.container import Backup, BackupError
from dashboard.backup.saving import restore
from dashboard.city import ProfileError, load_profile
from dashboard.commands.configured import configured
from dashboard.config import Config
from dashboard.ledger import LedgerError


@click.command("restore")
@configured("city", "profile", "ledger_url", "data_dir", "forms_dir")
@click.argument("backup", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def command(config: Config, backup: Path) -> None:
    """把备份恢复到空的台账和文件夹；SQLite 与 PostgreSQL 之间也可以。

    先校验，再恢复；台账不空或有同名文件就拒绝，什么也不改。
    """
    try:
        opened = Backup(backup)
        city = _city(config, opened)
        with tqdm(unit="行", unit_scale=True, desc="恢复", disable=None) as bar:
            files = restore(config, opened, city, lambda n: (bar.update(n), None)[1])
    except (BackupError, LedgerError) as error:
        raise click.ClickException(str(error)) from error
    rows = sum(part.rows or 0 for part in opened.manifest.parts.values())
    click.echo(f"已恢复 {rows:,} 行、{len(files)} 个文件；指纹应为 {opened.manifest.digest}")
    click.echo("核对：cityops verify")


def _city(config: Config, backup: Backup) -> str:
    """The configured city; that of the backup where its own profile comes with it."""
    try:
        return load_profile(config.profile_source).id
    except ProfileError:
        if config.profile is not None and any(
            name.startswith("profile/") for name in backup.manifest.parts
        ):
            return backup.manifest.city
        raise
