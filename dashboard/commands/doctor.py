"""`cityops doctor` 体检."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from importlib.resources import files
from pathlib import Path

import click

from dashboard.accessdiagnosis import examine_access
from dashboard.config import ConfigError, load_config
from dashboard.diagnosis import Finding, examine

MARKS = {"ok": ("✓", "green"), "warn": ("▲", "yellow"), "error": ("✕", "red")}


@click.command("doctor")
@click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    help="配置文件 / settings file (default: ./cityops.toml)",
)
@click.option("--json", "as_json", is_flag=True, help="机读结果 / machine-readable")
def command(config: Path | None, as_json: bool) -> None:
    """检查配置、Redis、台账、时钟、磁盘与安装；有错误时退出码为 1。"""
    findings: list[Finding] = []
    for finding in _findings(config):
        findings.append(finding)
        if not as_json:
            mark, colour = MARKS[finding.level]
            click.echo(f"{click.style(mark, fg=colour)} {finding.check:<15} {finding.text}")
            if finding.advice:
                click.echo(f"  {'':<15} → {finding.advice}")
    healthy = all(finding.level != "error" for finding in findings)
    if as_json:
        found = [dataclasses.asdict(finding) for finding in findings]
        click.echo(json.dumps({"ok": healthy, "findings": found}, ensure_ascii=False))
    if not healthy:
        raise SystemExit(1)


def _findings(config: Path | None) -> Iterator[Finding]:
    try:
        settings = load_config(config)
    except ConfigError as error:
        yield Finding("config", "error", str(error), "见 docs/configuration.md")
        return
    yield from examine(
        settings,
        lambda: time.time_ns() // 1_000_000,
        packages_distributions(),
        Path(str(files("dashboard") / "assets")),
    )
    yield from examine_access(settings)
