"""A demo of its own for pictures: real worker, real Valkey, real web, at 15:40 by the city."""

from __future__ import annotations

import contextlib
import datetime
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from dashboard.city import load_profile
from tests.servers import free_port

AFTERNOON: Final = datetime.time(15, 40)
PATIENCE_S: Final = 900.0
"""For the demo to be ready and last month to be told: long for a busy machine."""
TOLD: Final = re.compile(r"更早的")
CLOCK: Final = Path(__file__).parent / "clock"
PERSON: Final = re.compile(r"^ {4}(\w+) +(\S+) ", re.MULTILINE)
LINK: Final = re.compile(r"(http://\S+)/wall\?token=(\S+)")


@dataclass(frozen=True)
class Demo:
    """Where it is, the screen's token, the accounts with this time's passwords."""

    url: str
    token: str
    people: dict[str, str]


def ahead_ms(timezone: str, now_s: float) -> int:
    """How far the clock goes ahead, or back, so that the city has its afternoon today."""
    here = datetime.datetime.fromtimestamp(now_s, ZoneInfo(timezone))
    then = datetime.datetime.combine(here.date(), AFTERNOON, here.tzinfo)
    return round((then.timestamp() - now_s) * 1000)


@contextlib.contextmanager
def running(city: str) -> Iterator[Demo]:
    """A demo that has told all it will tell; gone at the end."""
    with tempfile.TemporaryDirectory(prefix="pictures-") as folder:
        words = [sys.executable, "-P", "-m", "dashboard.cli", "demo", "--city", city]
        words += ["--port", str(free_port()), "--data-dir", folder]
        said = Path(folder) / "said.txt"
        ahead = ahead_ms(load_profile(city).timezone, time.time())
        env = {k: v for k, v in os.environ.items() if not k.startswith("CITYOPS_")}
        env |= {"PICTURES_AHEAD_MS": str(ahead), "PYTHONPATH": str(CLOCK), "PYTHONUNBUFFERED": "1"}
        with said.open("wb") as out, subprocess.Popen(words, stdout=out, env=env) as process:
            try:
                _wait(process, said, lambda text: "Ctrl-C" in text)
                older = Path(folder) / "logs" / "older.log"
                _wait(process, older, lambda text: bool(TOLD.search(text)))
                text = said.read_text("utf-8")
                found = LINK.search(text)
                assert found, text
                yield Demo(found[1], found[2], dict(PERSON.findall(text)))
            finally:
                process.send_signal(signal.SIGINT)
                process.wait(60)


def _wait(process: subprocess.Popen[bytes], file: Path, done: Callable[[str], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if file.exists() and done(file.read_text("utf-8", "replace")):
            return
        if process.poll() is not None:
            raise RuntimeError(f"演示结束了（{process.returncode}）：{file}")
        time.sleep(0.5)
    raise RuntimeError(f"演示 {PATIENCE_S:.0f} 秒内没有备好：{file}")
