"""`cityops push` against a real Redis: killed, full, away, resumed — no line is lost."""

from __future__ import annotations

import gzip
import json
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dashboard.bus import events_key
from dashboard.cli import main
from tests.dashboard.sources.willow import profile_in
from tests.servers import RedisServer, wait_until
from tests.town import MONDAY, line

KEY = events_key("willow")


def words(folder: Path, url: str, *more: object) -> list[str]:
    fixed = ["--redis-url", url, "--data-dir", folder / "data", "--profile", profile_in(folder)]
    fixed += ["--settle", "0s"]
    return [str(word) for word in ("push", *more, *fixed)]


def run(folder: Path, url: str, *more: object, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(main, words(folder, url, *more), input=stdin)


def summary(done: Result) -> dict[str, Any]:
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def saved(folder: Path, count: int, padding: int = 0) -> Path:
    file = folder / "events.jsonl"
    place = "路" * min(padding, 40)
    with file.open("wb") as out:
        for n in range(count):
            extra = {"place": place, "note": "x" * padding} if padding else {}
            out.write(line(f"Q{n}", 1, MONDAY + n, "report", **extra) + b"\n")
    return file


def cases_in(server: RedisServer) -> list[str]:
    return [json.loads(entry[b"e"])["case"] for _, entry in server.client().xrange(KEY)]


def everything(count: int) -> set[str]:
    return {f"Q{n}" for n in range(count)}


def test_a_file_goes_into_the_stream_once(tmp_path: Path, redis_server: RedisServer) -> None:
    file = saved(tmp_path, 4500)
    first = summary(run(tmp_path, redis_server.url, file, "--json"))
    assert first["files"][str(file)] == {
        "read": 4500, "sent": 4500, "rejected": 0, "resumed_at": None,
    }  # fmt: skip
    second = summary(run(tmp_path, redis_server.url, file, "--json"))
    assert second["files"][str(file)] == {
        "read": 0, "sent": 0, "rejected": 0, "resumed_at": 4501,
    }  # fmt: skip
    assert cases_in(redis_server) == [f"Q{n}" for n in range(4500)]


def test_bad_lines_are_told_and_the_others_sent(tmp_path: Path, redis_server: RedisServer) -> None:
    file = saved(tmp_path, 3)
    packed = tmp_path / "events.jsonl.gz"
    packed.write_bytes(gzip.compress(b"{}\n" + file.read_bytes()))
    done = run(tmp_path, redis_server.url, packed)
    assert done.exit_code == 0
    assert "读 4 行，发送 3，拒收 1" in done.stdout
    told = json.loads((tmp_path / "events.jsonl.gz.rejected").read_text())
    assert told["line"] == 1 and "id" in told["reason"]


def test_a_pipe(tmp_path: Path, redis_server: RedisServer) -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "dashboard.cli", *words(tmp_path, redis_server.url, "-")],
        stdin=subprocess.PIPE,
    )
    assert child.stdin is not None
    child.stdin.write(line("Q0", 1, MONDAY, "report") + b"\n")
    child.stdin.flush()
    wait_until(lambda: cases_in(redis_server) == ["Q0"], what="a line while the pipe is open")
    child.stdin.write(b"bad\n" + line("Q1", 1, MONDAY, "report"))
    child.stdin.close()
    assert child.wait(20) == 0
    assert cases_in(redis_server) == ["Q0", "Q1"]
    assert json.loads((tmp_path / "data" / "stdin.rejected").read_text())["line"] == 2


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gz"])
def test_killed_at_random_points_every_line_arrives(
    tmp_path: Path, redis_server: RedisServer, packed: bool
) -> None:
    count = 60_000
    file = saved(tmp_path, count)
    if packed:
        whole = file.with_name("events.jsonl.gz")
        whole.write_bytes(gzip.compress(file.read_bytes(), 1))
        file = whole
    command = [sys.executable, "-m", "dashboard.cli", *words(tmp_path, redis_server.url, file)]
    chance, kills = random.Random(7), 0
    while kills < 6 and killed_on_its_way(command, redis_server, chance.randrange(500, 9_000)):
        kills += 1
    assert kills >= 5
    last = subprocess.run([*command, "--json"], capture_output=True, check=True)
    told = json.loads(last.stdout)["files"][str(file)]
    assert told["resumed_at"] > 1 and told["rejected"] == 0
    cases = cases_in(redis_server)
    assert set(cases) == everything(count)
    assert len(cases) < count + kills * 4_000


def killed_on_its_way(command: list[str], server: RedisServer, further: int) -> bool:
    """Starts a push and kills it once so many more entries are in; False if it ended before."""
    client = server.client()
    goal = client.xlen(KEY) + further
    child = subprocess.Popen([*command, "--json"], stdout=subprocess.DEVNULL)
    wait_until(lambda: child.poll() is not None or client.xlen(KEY) >= goal, 60, "progress")
    child.send_signal(signal.SIGKILL)
    return child.wait() == -signal.SIGKILL


def test_a_full_redis_is_waited_for_and_loses_nothing(
    tmp_path: Path, make_redis: Callable[..., RedisServer]
) -> None:
    server = make_redis(maxmemory="12mb")
    file = saved(tmp_path, 6_000, padding=2_000)
    child = subprocess.Popen(
        [sys.executable, "-m", "dashboard.cli", *words(tmp_path, server.url, file)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    client = server.client()
    assert child.stderr is not None
    assert "Redis 暂不接收写入" in child.stderr.readline()
    assert 0 < client.xlen(KEY) < 6_000
    client.config_set("maxmemory", "256mb")
    output, _ = child.communicate(timeout=60)
    assert child.returncode == 0 and "发送 6,000" in output
    assert set(cases_in(server)) == everything(6_000)


def test_an_absent_redis_ends_patience_and_the_next_run_goes_on(
    tmp_path: Path, redis_server: RedisServer
) -> None:
    file = saved(tmp_path, 2_500)
    redis_server.stop()
    away = run(tmp_path, redis_server.url, file, "--patience", "1s", "--json")
    assert away.exit_code == 75
    assert json.loads(away.stdout)["outbox"]["pending"] == 2_000
    assert "连不上 Redis" in away.stderr and "留在发件箱" in away.stderr
    redis_server.start()
    found = summary(run(tmp_path, redis_server.url, file, "--json"))
    assert found["outbox"] == {"left_over_sent": 2_000, "pending": 0}
    assert found["files"][str(file)]["resumed_at"] == 2_001
    assert cases_in(redis_server) == [f"Q{n}" for n in range(2_500)]


def test_a_redis_killed_while_sending_gets_everything_after_a_resend(
    tmp_path: Path, redis_server: RedisServer
) -> None:
    """AOF everysec may forget a second of accepted lines; the outbox still has them."""
    file = saved(tmp_path, 30_000)
    child = subprocess.Popen(
        [sys.executable, "-m", "dashboard.cli", *words(tmp_path, redis_server.url, file)]
    )
    client = redis_server.client()
    wait_until(lambda: client.xlen(KEY) > 5_000, what="half way")
    redis_server.kill()
    redis_server.restart()
    assert child.wait(60) == 0
    again = summary(run(tmp_path, redis_server.url, "--resend", "1h", "--json"))
    assert again["outbox"] == {"left_over_sent": 30_000, "pending": 0}
    assert set(cases_in(redis_server)) == everything(30_000)


def test_a_damaged_file_sends_what_can_be_read_and_fails(
    tmp_path: Path, redis_server: RedisServer
) -> None:
    whole = gzip.compress(saved(tmp_path, 20_000).read_bytes())
    broken = tmp_path / "broken.jsonl.gz"
    broken.write_bytes(whole[: len(whole) // 2])
    done = run(tmp_path, redis_server.url, broken, saved(tmp_path, 10), "--json")
    assert done.exit_code == 1
    assert "broken.jsonl.gz：第" in done.stderr
    files = json.loads(done.stdout)["files"]
    assert files[str(broken)]["sent"] > 1_000
    assert files[str(tmp_path / "events.jsonl")]["sent"] == 10


def test_without_a_redis_it_says_where_to_name_one(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        main, ["push", str(saved(tmp_path, 1)), "--profile", str(profile_in(tmp_path))]
    )
    assert done.exit_code == 2 and "redis_url" in done.output
