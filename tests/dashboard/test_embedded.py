"""The embedded Valkey: persistent, alone, and gone with its owner."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from dashboard.embedded import EmbeddedError, EmbeddedValkey
from dashboard.processes import FolderLock
from tests.servers import wait_until

OWNER = """
import sys, time
from pathlib import Path
from dashboard.embedded import EmbeddedValkey
server = EmbeddedValkey(Path(sys.argv[1]), Path(sys.argv[1]) / "log")
print(server.child.pid, server.url, flush=True)
time.sleep(600)
"""


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[EmbeddedValkey]:
    server = EmbeddedValkey(tmp_path / "valkey", tmp_path / "valkey.log")
    yield server
    server.stop()


def client(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, decode_responses=True)


def running(pid: int) -> bool:
    """Whether the process lives; a zombie that nobody has collected does not."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
    return "State:\tZ" not in status


def test_it_persists_never_evicts_and_listens_only_here(valkey: EmbeddedValkey) -> None:
    settings = client(valkey.url).config_get("*")
    assert settings["appendonly"] == "yes"
    assert settings["appendfsync"] == "everysec"
    assert settings["maxmemory-policy"] == "noeviction"
    assert settings["maxmemory"] == str(512 << 20)
    assert settings["bind"] == "127.0.0.1"
    assert settings["protected-mode"] == "yes"


def test_strangers_are_kept_out(valkey: EmbeddedValkey) -> None:
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=valkey.port).ping()


def test_data_survive_a_restart(tmp_path: Path) -> None:
    folder = tmp_path / 'data with "quotes"'
    for expected in (1, 2):
        server = EmbeddedValkey(folder, tmp_path / "log")
        assert client(server.url).xadd("{zz}:events", {"e": "{}"})
        assert client(server.url).xlen("{zz}:events") == expected
        server.stop()
        assert not running(server.child.pid)


def test_two_servers_do_not_meet(valkey: EmbeddedValkey, tmp_path: Path) -> None:
    other = EmbeddedValkey(tmp_path / "other", tmp_path / "other.log")
    try:
        assert other.port != valkey.port
        client(other.url).set("seen", "other")
        assert client(valkey.url).get("seen") is None
    finally:
        other.stop()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_it_ends_with_its_owner_and_can_be_taken_over_at_once(
    tmp_path: Path, how: signal.Signals
) -> None:
    folder = tmp_path / "valkey"
    command = [sys.executable, "-c", OWNER, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        pid, url = owner.stdout.readline().split()
        client(url).set("kept", "yes")
        os.kill(owner.pid, how)
    successor = EmbeddedValkey(folder, tmp_path / "log")
    try:
        assert not running(int(pid))
        assert client(successor.url).get("kept") == "yes"
    finally:
        successor.stop()


def test_a_folder_in_use_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.embedded.TAKE_OVER_S", 0.1)
    lock = FolderLock(tmp_path / "valkey", "lock")
    with pytest.raises(EmbeddedError, match="正被进程"):
        EmbeddedValkey(tmp_path / "valkey", tmp_path / "log")
    lock.close()


def test_a_failing_start_shows_what_the_server_said(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError, match="maxmemory"):
        EmbeddedValkey(tmp_path / "valkey", tmp_path / "log", maxmemory="much")


def test_a_port_taken_in_between_is_replaced(
    valkey: EmbeddedValkey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ports = iter([valkey.port, valkey.port, 0])
    free = EmbeddedValkey.__init__.__globals__["_free_port"]
    monkeypatch.setattr("dashboard.embedded._free_port", lambda: next(ports) or free())
    other = EmbeddedValkey(tmp_path / "other", tmp_path / "other.log")
    assert other.port != valkey.port
    other.stop()
    wait_until(lambda: not running(other.child.pid), what="end of the server")
