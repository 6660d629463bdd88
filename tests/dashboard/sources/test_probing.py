"""Probing real endpoints: a web server, a port, a Redis, databases; good, slow, silent, gone."""

from __future__ import annotations

import http.server
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dashboard.eventkinds import OtherEvent, read_event
from dashboard.platformparts import Endpoint
from dashboard.sources.endpoints import Unaskable, ask, check_of
from dashboard.sources.probing import Prober, Seen
from tests.servers import RedisServer
from tests.town import MONDAY


class Answers(http.server.BaseHTTPRequestHandler):
    """/good answers, /bad says 503, /slow takes half a second."""

    def do_GET(self) -> None:
        if self.path == "/slow":
            time.sleep(0.5)
        self.send_response(503 if self.path == "/bad" else 200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing on the terminal."""


@pytest.fixture(scope="module")
def web() -> Iterator[int]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def asked(url: str, timeout_s: float = 2.0) -> tuple[float | None, str]:
    return ask(check_of(Endpoint(url, timeout_s=timeout_s)))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_http(web: int) -> None:
    latency, error = asked(f"http://127.0.0.1:{web}/good?x=1")
    assert latency is not None and 0 < latency < 2000 and error == ""
    assert asked(f"http://127.0.0.1:{web}/bad") == (None, "HTTP 503")
    slow, _ = asked(f"http://127.0.0.1:{web}/slow")
    assert slow is not None and slow >= 500
    assert asked(f"http://127.0.0.1:{web}/slow", 0.1) == (None, "timed out")
    assert asked(f"http://127.0.0.1:{free_port()}/")[0] is None


def test_tcp(web: int) -> None:
    assert asked(f"tcp://127.0.0.1:{web}")[0] is not None
    assert "refused" in asked(f"tcp://127.0.0.1:{free_port()}")[1]


def test_redis(redis_server: RedisServer) -> None:
    assert asked(redis_server.url)[0] is not None
    redis_server.kill()
    latency, error = asked(redis_server.url)
    assert latency is None and error


def test_databases(tmp_path: Path, postgres_url: str) -> None:
    file = tmp_path / "case.db"
    latency, error = asked(f"sqlite:///{file}")
    assert latency is None and "case.db" in error and not file.exists()
    file.touch()
    assert asked(f"sqlite:///{file}")[0] is not None
    assert asked(postgres_url)[0] is not None
    assert asked(f"postgresql://u:p@127.0.0.1:{free_port()}/x")[0] is None


@pytest.mark.parametrize(
    ("endpoint", "message"),
    [
        (Endpoint("ftp://x/y"), "应为 http"),
        (Endpoint("tcp://host"), "应为 http"),
        (Endpoint("mysql+nosuch://u:secret@h/x"), "数据库地址或驱动"),
        (Endpoint(file="/nowhere/url"), "/nowhere/url"),
    ],
)
def test_what_cannot_be_asked_is_said_before_the_first_probe(
    endpoint: Endpoint, message: str
) -> None:
    with pytest.raises(Unaskable, match=message) as found:
        check_of(endpoint)
    assert "secret" not in str(found.value)


def test_an_address_may_lie_in_a_file(tmp_path: Path, web: int) -> None:
    file = tmp_path / "url"
    file.write_text(f"http://127.0.0.1:{web}/good\n", "utf-8")
    assert ask(check_of(Endpoint(file=str(file))))[0] is not None


def test_a_probe_is_an_event_the_contract_takes() -> None:
    for seen in (Seen("gis", MONDAY, 41.234, ""), Seen("gis", MONDAY, None, "timed out")):
        event = read_event(seen.line(), MONDAY)
        assert isinstance(event, OtherEvent) and event.subject == "gis"


def test_a_slow_endpoint_holds_up_nobody_and_is_not_asked_twice() -> None:
    seen: list[Seen] = []
    gate = threading.Event()
    calls: list[float] = []

    def stuck() -> None:
        calls.append(time.monotonic())
        gate.wait(5)

    checks: dict[str, tuple[Callable[[], None], float]] = {
        "quick": (lambda: None, 0.1),
        "stuck": (stuck, 0.1),
    }
    stop = threading.Event()
    prober = Prober(checks, seen.append, lambda: time.time_ns() // 1_000_000)
    thread = threading.Thread(target=prober.run, args=(stop,))
    thread.start()
    time.sleep(1.3)
    assert len(calls) == 1 and sum(one.component == "quick" for one in seen) >= 5
    stop.set()
    gate.set()
    thread.join(5)
    assert not thread.is_alive()
    times = [one.at for one in seen if one.component == "quick"]
    assert len(set(times)) == len(times)
