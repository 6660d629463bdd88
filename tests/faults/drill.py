"""The drill 演练: faults one after the other on a line that works, with what a viewer saw.

`python -m tests.faults.drill [FOLDER]` prints the rows of docs/operations.md. Seconds are those of
a viewer of `/live`: until the wall said so, and from the repair to the next frame.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from dashboard.bench.live_meter import rss_bytes
from dashboard.city import load_profile
from dashboard.ledger.digest import digest
from dashboard.sources.simulator import year_lines
from tests.faults.line import Line
from tests.faults.processes import CITY, EVENTS, PATIENCE_S, Feed, Program, Site, make_feed
from tests.faults.test_clocks import HOUR_S, Clock, is_about
from tests.faults.test_half_open import Behind
from tests.faults.test_viewers import SLOW, children, slow_viewers
from tests.faults.viewer import Viewer
from tests.servers import RedisServer, free_port, wait_until

LINES = 12_000
RED_S = 10.0
AMBER_S = 3.0
LOCKED_S = 20.0
TMPFS = "6m"


@dataclass
class Stand:
    """A city at work, and its viewer."""

    site: Site
    redis: RedisServer
    line: Line
    viewer: Viewer
    worker: Program
    web: Program
    feed: Feed
    done: int = 0
    notes: list[str] = field(default_factory=list)

    def push(self, lines: int, *more: str) -> None:
        """The next lines of the feed, in the background of whatever is wrong."""
        file = self.feed.part(f"at{self.done}", self.done, self.done + lines)
        self.done += lines
        self.site.run("push", file, "--settle", "0s", *more)

    def until(self, check: Callable[[], bool], what: str) -> float:
        """How many seconds it took."""
        begin = time.monotonic()
        wait_until(check, PATIENCE_S, what)
        return time.monotonic() - begin

    def next_frame(self) -> float:
        begin = time.monotonic()
        return self.viewer.wait_for_frame() - begin

    def told(self) -> float:
        """Until the wall turns amber."""
        return self.until(lambda: self.viewer.age_s > AMBER_S, "amber")

    def finish(self) -> str:
        """Pushes the rest; whether the digest is that of an undisturbed run."""
        if self.done < len(self.feed.lines):
            self.push(len(self.feed.lines) - self.done)
        with self.site.ledger() as ledger:
            self.site.wait_until_committed(self.worker, ledger)
            return "相同" if digest(ledger) == self.feed.digest else "**不同**"


@contextmanager
def standing(
    folder: Path, feed: Feed, env: dict[str, str] | None = None, ledger: Path | None = None
) -> Iterator[Stand]:
    """Worker, web server and viewer; the first third of the feed is counted."""
    folder.mkdir()
    (folder / "redis").mkdir()
    redis = RedisServer(folder / "redis")
    redis.start()
    port = free_port()
    with Line(redis.port) as line:
        ledger_url = f"sqlite:///{ledger or folder}/l.db"
        site = Site(folder, ledger_url, Behind(redis, line), {"port": str(port)}, dict(env or {}))
        worker = site.start("work")
        site.env = {}
        web = site.start("serve")
        try:
            with Viewer(port) as viewer:
                viewer.wait_for_frame()
                stand = Stand(site, redis, line, viewer, worker, web, feed)
                stand.push(LINES // 3)
                with site.ledger() as opened:
                    site.wait_until_committed(worker, opened)
                yield stand
        finally:
            site.end()
            redis.stop()


def redis_emptied(stand: Stand) -> str:
    stand.redis.kill()
    told = stand.told()
    stand.redis.wipe()
    stand.redis.start()
    back = stand.next_frame()
    return (
        f"{told:.1f} 秒后变黄，写 Redis 不可用；空的 Redis 起来 {back:.1f} 秒后又有画面，"
        "写“数据缺口”；发件箱补发"
    )


def trimmed(stand: Stand) -> str:
    stand.worker.stop()
    stand.push(LINES // 3)
    stand.redis.client().xtrim(EVENTS, maxlen=10, approximate=False)
    stand.worker = stand.site.start("work")
    stand.until(lambda: bool(((stand.site.frame() or {}).get("health") or {}).get("gap")), "gap")
    text = (stand.site.frame() or {})["health"]["gap"]["text"]
    stand.site.run("push", "--resend", "24h", "--settle", "0s")
    return f"写“数据缺口：{text}”；`push --resend 24h` 之后齐全"


def frozen_line(stand: Stand) -> str:
    stand.line.silence()
    told = stand.until(lambda: not stand.viewer.beat["redis_ok"], "told")
    amber = told + stand.told()
    stand.line.restore()
    back = stand.next_frame()
    return f"{told:.1f} 秒后写 Redis 不可用，{amber:.1f} 秒后变黄；恢复 {back:.1f} 秒后又有画面"


def locked(stand: Stand) -> str:
    with stand.site.ledger() as ledger, ledger.writing():
        stand.push(LINES // 3)
        amber = stand.told()
        red = amber + stand.until(lambda: stand.viewer.age_s > RED_S, "red")
        time.sleep(max(0.0, LOCKED_S - red))
    back = stand.next_frame()
    return (
        f"锁 {LOCKED_S:.0f} 秒：{amber:.1f} 秒后变黄，{red:.1f} 秒后变红；"
        f"放开 {back:.1f} 秒后又有画面"
    )


def standby(stand: Stand) -> str:
    second = stand.site.start("work")
    stand.until(lambda: "待命" in second.said(), "standby")
    stand.worker.kill()
    killed = stand.next_frame()
    third = stand.site.start("work")
    stand.until(lambda: "待命" in third.said(), "standby")
    second.pause()
    asleep = stand.until(lambda: "取得写入权" in third.said(), "its turn") + stand.next_frame()
    second.resume()
    stand.until(lambda: "待命" in second.said() and "写入权已归" in second.said(), "fenced")
    stand.worker = third
    return (
        f"`kill -9` 写者：{killed:.1f} 秒后又有画面；写者睡死：{asleep:.1f} 秒；"
        "醒来的被栅栏挡住，转为待命"
    )


def web_killed(stand: Stand) -> str:
    begin = time.monotonic()
    opened = stand.viewer.opened
    for pid in children(stand.web.pid):
        os.kill(pid, signal.SIGKILL)
    stand.until(lambda: stand.viewer.opened > opened, "back")
    stand.viewer.wait_for_frame()
    return f"两个网页进程都杀：{time.monotonic() - begin:.1f} 秒后观众又有画面，别的什么也没变"


def slow(stand: Stand) -> str:
    pids = children(stand.web.pid)
    before = sum(map(rss_bytes, pids))
    with slow_viewers(int(stand.site.settings["port"]), SLOW):
        had = len(stand.viewer.frames)
        wait_until(lambda: len(stand.viewer.frames) > had + 30, PATIENCE_S, "frames")
        after = sum(map(rss_bytes, pids))
    seqs = [seq for _, seq, _ in stand.viewer.frames[had:]]
    missed = seqs[-1] - seqs[0] + 1 - len(seqs)
    grown = (after - before) / 1e6
    return (
        f"{SLOW} 个一字节一字节读的观众：网页进程共多占 {grown:.1f} MB；"
        f"旁边的观众 30 帧漏 {missed} 帧"
    )


def full_disk(stand: Stand) -> str:
    stand.push(len(stand.feed.lines) - stand.done)
    stand.until(lambda: "台账数据库不可用" in stand.worker.said(), "full")
    amber = stand.told()
    folder = stand.site.ledger_url.removeprefix("sqlite:///").removesuffix("/l.db")
    subprocess.run(["mount", "-o", "remount,size=200m", folder], check=True)
    back = stand.next_frame()
    return (
        f"台账所在的 {TMPFS[:-1]} MB tmpfs 写满：再 {amber:.1f} 秒变黄；"
        f"扩容 {back:.1f} 秒后又有画面，不必重启"
    )


def main(base: Path) -> None:
    """All of it; the rows as they come."""
    days = year_lines(load_profile(CITY), 2021)
    lines: list[bytes] = []
    while len(lines) < LINES:
        lines += next(days)
    feed = make_feed(base, "feed", lines[:LINES])
    drills = {
        "Redis 连数据一起没了": redis_emptied,
        "流被截断到游标之后": trimmed,
        "到 Redis 的连接半开（不通也不断）": frozen_line,
        "台账被别的程序锁住": locked,
        "两个工作进程": standby,
        "网页进程被杀": web_killed,
        "慢观众": slow,
    }
    for name, act in drills.items():
        with standing(base / act.__name__, feed) as stand:
            row(name, act(stand), stand.finish())
    clock = Clock(base / "clock")
    with standing(base / "clock-jumps", feed, clock.env) as stand:
        words = []
        for jump in (HOUR_S, -HOUR_S, 0):
            clock.jump(jump)
            took = stand.until(lambda j=jump: is_about(stand.viewer, j), "jumped")  # type: ignore[misc]
            words.append(f"{took:.1f}")
        refused = (stand.site.frame() or {})["health"]["rejected"]
        said = (
            f"快一小时、慢一小时、拨回：画面照常（{'、'.join(words)} 秒后见到新的时刻），"
            f"拒收 {refused}"
        )
        row("工作进程的时钟跳 ±1 小时", said, stand.finish())
    small = base / "small"
    small.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={TMPFS}", "tmpfs", str(small)], check=True)
    try:
        with standing(base / "full", feed, ledger=small) as stand:
            row("磁盘满", full_disk(stand), stand.finish())
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)


def row(name: str, text: str, equal: str) -> None:
    print(f"| {name} | {text} | {equal} |", flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as scratch:
            main(Path(scratch))
