"""`cityops ingest FILE…` 批量入账."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from functools import partial

import click
from tqdm import tqdm  # type: ignore[import-untyped]

from dashboard.city import load_profile
from dashboard.cityledger import open_ledger
from dashboard.commands.configured import configured
from dashboard.config import Config
from dashboard.ingest import Summary, ingest, open_lines, stream_of
from dashboard.ledger import LedgerError


@click.command("ingest")
@configured("city", "profile", "ledger_url", "data_dir")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, allow_dash=True))
@click.option("--json", "as_json", is_flag=True, help="机读结果 / machine-readable")
def command(config: Config, files: tuple[str, ...], as_json: bool) -> None:
    """把事件文件（.jsonl、.jsonl.gz、- 标准输入）批量入账；可中断续传，可重复执行。"""
    profile = load_profile(config.profile_source)
    config.data_dir.mkdir(parents=True, exist_ok=True)
    results: dict[str, Summary] = {}
    try:
        ledger = open_ledger(config, profile)
        for path in files:
            with tqdm(disable=None, unit="行", unit_scale=True, desc=path) as bar:
                results[path] = ingest(
                    ledger,
                    partial(open_lines, path),
                    lambda: time.time_ns() // 1_000_000,
                    stream_of(path),
                    progress=bar.update,
                )
    except (LedgerError, OSError, EOFError) as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps({k: asdict(v) for k, v in results.items()}, ensure_ascii=False))
        return
    for path, done in results.items():
        click.echo(
            f"{path}: 读入 {done.read:,} 行，更新 {done.accepted:,}，未变 {done.unchanged:,}，"
            f"拒收 {done.rejected:,}，此前已入账 {done.skipped:,}"
        )
        for number, reason in done.reasons:
            click.echo(f"  第 {number} 行拒收：{reason}", err=True)
