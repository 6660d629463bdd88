"""`cityops backup` 备份: everything into one file, while the city goes on."""

from __future__ import annotations

import datetime
import time
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from tqdm import tqdm  # type: ignore[import-untyped]

from dashboard.backup.container import BackupError
from dashboard.backup.saving import NAMED, save, thin_out
from dashboard.city import load_profile
from dashboard.cityledger import open_ledger
from dashboard.commands.configured import configured
from dashboard.config import Config
from dashboard.ledger import LedgerError


@click.command("backup")
@configured("city", "profile", "ledger_url", "data_dir", "forms_dir")
@click.argument("target", type=click.Path(path_type=Path))
@click.option(
    "--keep", type=click.IntRange(1, 10_000), help="TARGET 是文件夹时只留最新几份（缺省全留）"
)
def command(config: Config, target: Path, keep: int | None) -> None:
    """把台账、网格、表单、附件、城市档案备份到 TARGET：一个文件名，或一个已有的文件夹。

    不必停机；从不覆盖已有文件；写完才出现。
    """
    profile = load_profile(config.profile_source)
    now = time.time_ns() // 1_000_000
    path = target
    if target.is_dir():
        when = datetime.datetime.fromtimestamp(now / 1000, ZoneInfo(profile.timezone))
        path = target / NAMED.format(city=profile.id, stamp=f"{when:%Y%m%d-%H%M%S}")
    elif keep is not None:
        raise click.UsageError("--keep 只用于文件夹")
    try:
        ledger = open_ledger(config, profile, reading=True)
        with tqdm(unit="行", unit_scale=True, desc="备份", disable=None) as bar:
            manifest = save(config, ledger, path, now, lambda n: (bar.update(n), None)[1])
        ledger.close()
    except (BackupError, LedgerError) as error:
        raise click.ClickException(str(error)) from error
    rows = sum(part.rows or 0 for part in manifest.parts.values())
    click.echo(f"{path}　{rows:,} 行，{path.stat().st_size / 1e6:,.1f} MB，指纹 {manifest.digest}")
    for gone in thin_out(target, profile.id, keep) if keep else []:
        click.echo(f"已清理旧备份 {gone.name}")
