"""The audit log on its way to a collector: every entry, in order, again after a break."""

from __future__ import annotations

import os
import re
import socket
from pathlib import Path

import pytest

from dashboard.access.syslog import DATAGRAM, read_collector
from dashboard.access.trail import Entry
from tests.dashboard.access.house import House


def received(box: socket.socket) -> list[bytes]:
    box.settimeout(0.3)
    got = []
    try:
        while True:
            got.append(box.recv(65_536))
    except TimeoutError:
        return got


def test_entries_reach_a_collector_once_and_in_order(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as box:
        box.bind(("127.0.0.1", 0))
        address = f"udp://127.0.0.1:{box.getsockname()[1]}"
        house = House(tmp_path, people=False, collector=address)
        for n in range(3):
            house.log.add(Entry(house.clock(), "wang", "correction", f"案卷-{n}"))
        house.doors.relay()
        got = received(box)
        assert [re.findall(rb'seq="(\d+)"', one) for one in got] == [[b"1"], [b"2"], [b"3"]]
        assert got[0].startswith(b"<110>1 2026-") and house.log.newest(1)[0].hash in got[2].decode()
        house.doors.relay()
        assert received(box) == []
        house.log.add(Entry(house.clock(), "wang", "export", "大" * 9_000))
        house.doors.relay()
        (long,) = received(box)
        assert len(long) == DATAGRAM


def test_what_a_collector_missed_comes_later(tmp_path: Path) -> None:
    path = str(tmp_path / "log")
    house = House(tmp_path, people=False, collector=f"unix:{path}")
    house.log.add(Entry(house.clock(), "wang", "correction", "案卷-1"))
    house.doors.relay()  # nobody listens: told in the log, not raised
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as box:
        box.bind(path)
        house.doors.relay()
        assert len(received(box)) == 1
    os.unlink(path)


@pytest.mark.parametrize("text", ["tcp://h:1", "h:514", "udp://", "unix:", "udp://h:x"])
def test_an_address_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="udp://"):
        read_collector(text)
