"""`cityops reconcile` 对账."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from typing import Any

import click
from tqdm import tqdm  # type: ignore[import-untyped]

from dashboard.city import load_profile
from dashboard.cityledger import open_ledger
from dashboard.commands.configured import configured
from dashboard.commands.windows import window_of, windowed
from dashboard.config import Config
from dashboard.ledger import LedgerError
from dashboard.reconcile import reconcile
from dashboard.windows import iso_day

SHOWN = 50


@click.command("reconcile")
@configured("city", "profile", "ledger_url", "data_dir")
@windowed
@click.option("--rebuild", is_flag=True, help="先按现行城市档案重算全部截止与台账")
@click.option("--json", "as_json", is_flag=True, help="机读结果 / machine-readable")
def command(config: Config, rebuild: bool, as_json: bool, **window: Any) -> None:
    """从案卷重算并与台账逐格比对；有任何不符即列表并以 1 退出。"""
    profile = load_profile(config.profile_source)
    span = window_of(profile, time.time_ns() // 1_000_000, **window)
    try:
        ledger = open_ledger(config, profile, new_rules=rebuild)
        if rebuild:
            with tqdm(disable=None, unit="案", unit_scale=True, desc="重建") as bar:
                changed = ledger.rebuild(bar.update)
            click.echo(f"重建完毕：{changed:,} 案的截止或环节有变", err=True)
        with tqdm(disable=None, unit="案", unit_scale=True, desc="重算") as bar:
            done = reconcile(ledger, span.first_day, span.end_day, bar.update)
    except LedgerError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps(asdict(done), ensure_ascii=False))
    else:
        for one in done.differences[:SHOWN]:
            click.echo(
                f"{one.dimension} {one.member or '—'} {iso_day(one.day)} "
                f"台账 {one.stored} 重算 {one.recounted}：{one.counters}"
            )
        click.echo(
            f"案卷 {done.records:,}，台账 {done.rows:,} 行，不符 {len(done.differences):,} 处"
        )
    if done.differences:
        raise SystemExit(1)
