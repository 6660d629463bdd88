"""`cityops push FILE…` 推送: event lines into the stream, through an outbox on disk."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path

import click
from tqdm import tqdm  # type: ignore[import-untyped]

from dashboard.city import load_profile
from dashboard.commands.configured import configured
from dashboard.commands.delivering import SETTLE, Delivery, open_delivery
from dashboard.commands.durations import Duration
from dashboard.config import Config
from dashboard.sources.linefeed import BrokenFile, first_line, open_feed, standard_input
from dashboard.sources.outbox import Mark, OutboxError, fingerprint
from dashboard.sources.sending import BadLines, Pushed, push


@dataclass
class _Report:
    """What a run did: lines left over from earlier runs, then each input."""

    left_over: int = 0
    files: dict[str, Pushed] = field(default_factory=dict)
    pending: int = 0
    broken: list[str] = field(default_factory=list)


@click.command("push")
@configured("city", "profile", "redis_url", "data_dir")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--resend", type=Duration(), help="重发最近这段时间已发的行，如 24h（留存 24 小时）")
@click.option("--patience", type=Duration(), help="Redis 不收时最多等多久（缺省一直等），如 10m")
@click.option(
    "--settle", type=Duration(), default=SETTLE, show_default="3s",
    help="发完后再过多久核对 Redis 没有丢失（落盘需一两秒），丢失的补发",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="机读结果 / machine-readable")
def command(
    config: Config,
    files: tuple[str, ...],
    resend: timedelta | None,
    patience: timedelta | None,
    settle: timedelta,
    as_json: bool,
) -> None:
    """把事件文件（.jsonl、.jsonl.gz、- 标准输入）送入 Redis 流。

    先存发件箱再发送：中断后重新运行即从断处继续；Redis 写满或停机时等待，一行不丢。
    坏行写入 FILE.rejected。不给文件时只发送发件箱里余下的和 Redis 丢失的。
    """
    city = load_profile(config.profile_source).id
    report = _Report()
    try:
        with open_delivery(config, city, _now, patience) as delivery:
            try:
                _run(delivery, files, resend, config.data_dir, report)
                delivery.settle(settle)
            finally:
                report.pending = delivery.outbox.pending()
                _tell(report, as_json)
    except (OutboxError, OSError) as error:
        raise click.ClickException(str(error)) from error
    if report.broken:
        raise click.ClickException("；".join(report.broken))


def _run(
    delivery: Delivery,
    files: tuple[str, ...],
    resend: timedelta | None,
    data_dir: Path,
    report: _Report,
) -> None:
    if resend is not None:
        delivery.outbox.resend(_now() - resend // timedelta(milliseconds=1))
    try:
        delivery.deliver()
    finally:
        report.left_over = delivery.sent
    for path in files:
        pushed = report.files[path] = Pushed()
        before = delivery.sent
        try:
            if path == "-":
                _push_pipe(delivery, data_dir / "stdin.rejected", pushed)
            else:
                _push_file(delivery, Path(path), pushed)
        except BrokenFile as error:
            report.broken.append(f"{path}：{error}")
        finally:
            pushed.sent = delivery.sent - before


def _push_file(delivery: Delivery, path: Path, pushed: Pushed) -> None:
    outbox = delivery.outbox
    first = first_line(path)
    with open_feed(path, outbox.marks(first)) as (feed, found):
        start = found or Mark(None, first, 0, fingerprint().digest(), 0)
        pushed.resumed_at = start.line + 1 if found else None
        rejected = path.with_name(path.name + ".rejected")
        with (
            BadLines(rejected, go_on=found is not None) as bad,
            tqdm(
                desc=path.name, unit="行", unit_scale=True, initial=start.line, disable=None
            ) as bar,
        ):
            push(
                feed, start, outbox, delivery.deliver, bad, _now, pushed,
                lambda chunk: bar.update(len(chunk.lines)),
            )  # fmt: skip


def _push_pipe(delivery: Delivery, rejected: Path, pushed: Pushed) -> None:
    with (
        BadLines(rejected, go_on=False) as bad,
        tqdm(desc="-", unit="行", unit_scale=True, disable=None) as bar,
    ):
        push(
            standard_input(), None, delivery.outbox, delivery.deliver, bad, _now, pushed,
            lambda chunk: bar.update(len(chunk.lines)),
        )  # fmt: skip


def _tell(report: _Report, as_json: bool) -> None:
    if as_json:
        files = {path: asdict(pushed) for path, pushed in report.files.items()}
        outbox = {"left_over_sent": report.left_over, "pending": report.pending}
        click.echo(json.dumps({"files": files, "outbox": outbox}, ensure_ascii=False))
        return
    if report.left_over:
        click.echo(f"发件箱：补发 {report.left_over:,} 行")
    for path, done in report.files.items():
        resumed = f"，从第 {done.resumed_at:,} 行继续" if done.resumed_at else ""
        click.echo(
            f"{path}：读 {done.read:,} 行，发送 {done.sent:,}，拒收 {done.rejected:,}{resumed}"
        )
    if report.pending:
        click.echo(f"发件箱还有 {report.pending:,} 行未发，再次运行即继续")


def _now() -> int:
    return time.time_ns() // 1_000_000
