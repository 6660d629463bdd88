"""nginx with the shipped configuration in front of two web nodes: the stream goes through it piece
by piece, and when a node is killed its viewers move to the other."""

from __future__ import annotations

import itertools
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.constellations import Nginx
from tests.faults.h2line import h2_get
from tests.faults.processes import PATIENCE_S, Site
from tests.faults.viewer import Viewer
from tests.servers import RedisServer, free_port, wait_until

PIECES = 4


@pytest.fixture
def nodes(redis_server: RedisServer, make_site: Callable[..., Site]) -> list[Site]:
    """Two web nodes: one ledger, one Redis, one key of the installation."""
    first = make_site(None, redis_server)
    common = {
        "access": "required",
        "secrets_file": str(first.folder / "secrets.key"),
        "trusted_proxies": "127.0.0.1",
        "web_workers": "1",
    }
    second = make_site(first.ledger_url, redis_server)
    for site in (first, second):
        site.settings |= common | {"port": str(free_port())}
    return [first, second]


@pytest.fixture
def nginx(tmp_path: Path, nodes: list[Site]) -> Iterator[Nginx]:
    made = Nginx(tmp_path / "nginx", [int(site.settings["port"]) for site in nodes])
    yield made
    made.stop()


def test_the_stream_comes_through_nginx_and_moves_when_a_node_dies(
    nginx: Nginx, nodes: list[Site]
) -> None:
    first = nodes[0]
    first.run("init", "--admin", "root")
    link = first.run("screen", "add", "指挥大厅", "--base", f"https://{Nginx.NAME}")
    token = link.log.read_text("utf-8").strip().partition("?token=")[2]
    worker = first.start("work")
    webs = [site.start("serve") for site in nodes]
    tls = ssl.create_default_context(cafile=str(nginx.certificate))
    nginx.start()
    with httpx.Client(
        base_url=f"https://127.0.0.1:{nginx.port}", verify=False, headers={"host": Nginx.NAME}
    ) as browser:
        wait_until(lambda: ready(browser), PATIENCE_S, "two nodes behind nginx")
        builds = {browser.get("/healthz").json()["build"] for _ in range(4)}
        assert len(builds) == 1, "a wall that moves to the other node need not reload"
        opened = browser.get(f"/wall?token={token}")
        assert opened.status_code in (302, 303), opened.text
        cookie = "; ".join(f"{n}={v}" for n, v in opened.cookies.items())
        assert browser.get("/metrics").status_code == 404
        browser.cookies.clear()
        assert browser.get("/live").status_code in (401, 403), "a stranger gets no stream"
        assert token not in (nginx.folder / "access.log").read_text("utf-8")
    plain = httpx.get(f"http://127.0.0.1:{nginx.plain_port}/wall", headers={"host": Nginx.NAME})
    assert (plain.status_code, plain.headers["location"]) == (301, f"https://{Nginx.NAME}/wall")
    headers = {"host": Nginx.NAME, "cookie": cookie}
    trusting = ssl.create_default_context(cafile=str(nginx.certificate))
    trusting.check_hostname = False  # the viewer dials 127.0.0.1
    said = {"cookie": cookie, "accept": "text/event-stream"}
    with (
        Viewer(nginx.port, tls=trusting, headers=headers) as one,
        Viewer(nginx.port, tls=trusting, headers=headers) as two,
    ):
        stream = h2_get(nginx.port, Nginx.NAME, "/live", tls, said)
        whole = (piece for piece in stream if piece.endswith(b"\n\n"))
        ticks = list(itertools.islice(whole, PIECES))
        assert len(ticks) == PIECES, "ticks end where pieces do: nothing is gathered"
        stream.close()  # or the node that dies may be the one with this stream alone
        one.wait_for_frame()
        two.wait_for_frame()
        wait_until(lambda: sum(map(viewers, nodes)) == 2, PATIENCE_S, "the two viewers alone")
        opened_before = one.opened + two.opened
        dying = next(n for n, site in enumerate(nodes) if viewers(site))
        webs[dying].kill()
        wait_until(lambda: one.opened + two.opened > opened_before, PATIENCE_S, "one moved on")
        one.wait_for_frame("the one's stream by the node that is left")
        two.wait_for_frame("the other's stream by the node that is left")
        assert webs[1 - dying].running and worker.running


def viewers(site: Site) -> int:
    """How many hang on a node, by its own word."""
    return int(httpx.get(f"http://127.0.0.1:{site.settings['port']}/healthz").json()["viewers"])


def ready(browser: httpx.Client) -> bool:
    """Both nodes answer: nginx hands requests to them in turn."""
    try:
        answers = [browser.get("/healthz").status_code for _ in range(4)]
    except httpx.TransportError:  # nginx does not listen yet
        return False
    return answers == [200] * 4
