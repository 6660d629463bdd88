"""`cityops probe` 探测: asks the endpoints of the profile and sends what it saw into the stream."""

from __future__ import annotations

import logging
import queue
import signal
import threading
import time
from contextlib import closing
from datetime import timedelta
from types import FrameType

import click

from dashboard.city import Profile, load_profile
from dashboard.commands.configured import configured
from dashboard.commands.delivering import GaveUp, open_delivery
from dashboard.config import Config
from dashboard.logs import set_up
from dashboard.sources.endpoints import Check, Unaskable, ask, check_of
from dashboard.sources.outbox import Outbox, OutboxError
from dashboard.sources.probing import Prober, Seen

log = logging.getLogger(__name__)

KEEP_S = 1.0
"""What was seen goes to the outbox, and from there to Redis, so often."""
LAST_S = timedelta(seconds=3)


@click.command("probe")
@configured("city", "profile", "redis_url", "data_dir")
@click.option("--once", is_flag=True, help="每个地址只问一遍，打印结果，不发送；有失败以 1 退出")
def command(config: Config, once: bool) -> None:
    """按城市档案的探测地址（http、tcp、redis、数据库）定时探测，事件送入 Redis 流（带发件箱）。

    Redis 停机时照常探测，恢复后补送；本命令自己停着的时段没有探测，即为未知。
    """
    profile = load_profile(config.profile_source)
    checks = checks_of(profile)
    if not checks:
        raise click.ClickException("城市档案的 [[platform.components]] 没有写 probe 地址")
    if once:
        _once(profile, checks)
        return
    set_up(config.log_format, config.log_level, "probe", profile.id)
    stop = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, end)
    config.require_redis()
    try:
        _run(config, profile, checks, stop)
    except OutboxError as error:
        raise click.ClickException(str(error)) from error


def checks_of(profile: Profile) -> dict[str, tuple[Check, float]]:
    """Component → how to ask it, and how often in seconds. Raises `ClickException`."""
    out: dict[str, tuple[Check, float]] = {}
    for one in profile.platform.components:
        if one.endpoint is None:
            continue
        try:
            out[one.id] = (check_of(one.endpoint), one.endpoint.every_s)
        except Unaskable as error:
            raise click.ClickException(f"组件 {one.id}：{error}") from error
    return out


def _once(profile: Profile, checks: dict[str, tuple[Check, float]]) -> None:
    failed = False
    for id, (check, _) in checks.items():
        latency_ms, error = ask(check)
        failed |= latency_ms is None
        said = f"失败 {error}" if latency_ms is None else f"正常 {latency_ms:.1f} ms"
        click.echo(f"{profile.label('component', id)}（{id}）：{said}")
    if failed:
        raise SystemExit(1)


def _run(
    config: Config,
    profile: Profile,
    checks: dict[str, tuple[Check, float]],
    stop: threading.Event,
) -> None:
    seen: queue.SimpleQueue[Seen] = queue.SimpleQueue()
    filled = threading.Event()
    prober = Prober(checks, seen.put, _now)
    asking = threading.Thread(target=prober.run, args=(stop,), name="prober")
    sending = threading.Thread(target=_send, args=(config, profile, stop, filled), daemon=True)
    asking.start()
    sending.start()
    said: dict[str, bool] = {}
    with closing(Outbox(config.data_dir / f"{profile.id}.outbox.db", _now)) as outbox:
        while asking.is_alive():
            stop.wait(KEEP_S)
            if _keep(outbox, seen, said):
                filled.set()
        _keep(outbox, seen, said)
    filled.set()
    sending.join(LAST_S.total_seconds() + 2)


def _keep(outbox: Outbox, seen: queue.SimpleQueue[Seen], said: dict[str, bool]) -> int:
    lines: list[bytes] = []
    while not seen.empty():
        one = seen.get()
        lines.append(one.line())
        good = one.latency_ms is not None
        if said.get(one.component, True) != good:
            log.warning("%s %s", one.component, "恢复" if good else f"失败：{one.error}")
        said[one.component] = good
    if lines:
        outbox.put(lines)
    return len(lines)


def _send(config: Config, profile: Profile, stop: threading.Event, filled: threading.Event) -> None:
    """Delivers what is kept; while Redis is away it waits, and probing goes on."""
    while True:
        filled.wait()
        filled.clear()
        last = stop.is_set()
        try:
            with open_delivery(config, profile.id, _now, LAST_S if last else None) as delivery:
                delivery.deliver()
        except (GaveUp, OutboxError) as error:
            log.warning("%s", error)
        if last:
            return


def _now() -> int:
    return time.time_ns() // 1_000_000
