"""Simulated viewers read what the hub writes, however the network cuts it."""

from __future__ import annotations

import orjson
import pytest

from dashboard.bench.live_frames import frames
from dashboard.bench.live_wire import Poller, Refused, Screen, outputs_of
from dashboard.city import load_profile
from dashboard.live import GZIP_HEAD, deflated, sse
from dashboard.snapshot import Delta, Frame, diff

HEAD = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
CALL = {"output": "frame.data", "inputs": [{"id": "every", "property": "n_intervals"}]}


def afternoon(count: int) -> list[Frame]:
    """Frames of 梅县, a second apart."""
    stream = frames(load_profile("meixian"), 1_795_242_000_000)
    return [next(stream) for _ in range(count)]


def delta(old: Frame, new: Frame) -> Delta:
    found = diff(old, new)
    assert found is not None
    return found


def chunk(body: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(body), body)


def stream(*events: bytes) -> bytes:
    """What a viewer gets: head, gzip header, each event deflated by itself."""
    hello = chunk(GZIP_HEAD + deflated(b"retry: 1000\n\n"))
    return HEAD + hello + b"".join(chunk(deflated(event)) for event in events)


@pytest.mark.parametrize("piece", [1, 7, 1_000, 1_000_000])
def test_a_screen_follows_the_stream_in_pieces_of_any_size(piece: int) -> None:
    first, second, third = afternoon(3)
    beat = sse("beat", b'{"now":1}')
    sent = stream(
        sse("key", orjson.dumps(first)) + beat,
        sse("delta", orjson.dumps(delta(first, second))) + beat,
        sse("delta", orjson.dumps(delta(second, third))),
    )
    screen = Screen(8050, keeps=True)
    seen = [seq for i in range(0, len(sent), piece) for seq in screen.take(sent[i : i + piece])]
    assert seen == [1, 2, 3]
    assert (screen.frame, screen.gaps) == (third, 0)


def test_a_delta_that_does_not_fit_is_a_gap() -> None:
    first, second, third = afternoon(3)
    screen = Screen(8050)
    screen.take(stream(sse("key", orjson.dumps(first))))
    screen.take(chunk(deflated(sse("delta", orjson.dumps(delta(second, third))))))
    assert screen.gaps == 1


def test_an_answer_that_is_no_stream_is_refused() -> None:
    with pytest.raises(Refused, match="503"):
        Screen(8050).take(b"HTTP/1.1 503 Service Unavailable\r\n\r\n")


def test_a_poller_asks_as_the_renderer_does() -> None:
    head, _, body = Poller(8050, "/_dash-update-component", CALL).ask(3).partition(b"\r\n\r\n")
    assert head.startswith(b"POST /_dash-update-component HTTP/1.1\r\n")
    assert b"Content-Length: %d" % len(body) in head
    assert orjson.loads(body) == {
        "output": "frame.data",
        "outputs": {"id": "frame", "property": "data"},
        "inputs": [{"id": "every", "property": "n_intervals", "value": 3}],
        "changedPropIds": ["every.n_intervals"],
        "parsedChangedPropsIds": ["every.n_intervals"],
    }


@pytest.mark.parametrize(
    "response",
    [{"frame": {"data": {"v": 1, "seq": 41}}}, {"seq": {"children": 41}}],
)
def test_a_poller_finds_the_number_of_the_frame_once(response: dict[str, object]) -> None:
    body = orjson.dumps({"multi": True, "response": response})
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    poller = Poller(8050, "/", CALL)
    poller.ask(1)
    assert poller.take(answer[:50]) == [] and poller.waiting
    assert poller.take(answer[50:]) == [41] and not poller.waiting
    assert poller.take(answer) == []


def test_outputs_of_one_and_of_many() -> None:
    assert outputs_of("frame.data") == {"id": "frame", "property": "data"}
    assert outputs_of("..a.data...b.children..") == [
        {"id": "a", "property": "data"},
        {"id": "b", "property": "children"},
    ]


def test_a_busy_city_changes_most_figures_every_tick() -> None:
    first, second, third = afternoon(3)
    for changes in (delta(first, second)["set"], delta(second, third)["set"]):
        assert sum(path.startswith("m.") for path in changes) >= 35
        assert {"s.hourly.reported", "t.ticker"} <= changes.keys()
    assert 6_000 < len(orjson.dumps(first)) < 60_000
