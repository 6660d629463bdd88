"""Running several child processes as one 一组进程: started in turn, watched, ended in reverse."""

from __future__ import annotations

import http.client
import json
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType

from dashboard.processes import Child

TICK_S = 0.1


class Ended(BaseException):
    """Somebody asked the program to end: Ctrl-C, SIGTERM, or the terminal went away.

    Like KeyboardInterrupt no `except Exception` on the way out may take it for an error.
    """


class ChildFailed(RuntimeError):
    """A child 子进程 ended by itself; the text names it and quotes its last lines."""

    def __init__(self, child: Child) -> None:
        status = child.ended()
        how = f"信号 {-status}" if status is not None and status < 0 else f"退出码 {status}"
        lines = "\n".join(f"  │ {line}" for line in child.tail().splitlines())
        super().__init__(f"{child.name} 意外结束（{how}），日志 {child.log}：\n{lines}")


class Stage:
    """The children on stage; leaving the `with` ends them, last one first."""

    def __init__(self) -> None:
        self._children: list[Child] = []
        self._passing: set[Child] = set()

    def __enter__(self) -> Stage:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with unheard():
            while self._children:
                self._children.pop().stop()

    def add(self, child: Child, passing: bool = False) -> Child:
        """Takes a running child into care; a `passing` one may end when its work is done."""
        self._children.append(child)
        if passing:
            self._passing.add(child)
        return child

    def finish(self, child: Child) -> None:
        """Waits for a child that is meant to end; any status but 0 is a failure."""
        self.wait(lambda: child.ended() is not None, but=child)
        self._children.remove(child)
        if child.ended() != 0:
            raise ChildFailed(child)

    def wait(
        self, ready: Callable[[], bool], timeout_s: float = float("inf"), but: Child | None = None
    ) -> bool:
        """Waits until `ready`, watching every child except `but`; False after `timeout_s`."""
        end = time.monotonic() + timeout_s
        while not ready():
            for child in self._children:
                if child is but or child.ended() is None:
                    continue
                if child not in self._passing or child.ended() != 0:
                    raise ChildFailed(child)
            if time.monotonic() > end:
                return False
            time.sleep(TICK_S)
        return True


@contextmanager
def asked_to_end() -> Iterator[Callable[[], bool]]:
    """Within it Ctrl-C, SIGTERM and SIGHUP raise `Ended`; gives whether one has come.

    Python drops what is raised inside a weak reference's callback, so work that would go on to
    its end asks as well.
    """
    heard: list[int] = []

    def end(number: int, frame: FrameType | None) -> None:
        heard.append(number)
        raise Ended(signal.Signals(number).name)

    with _handling(end):
        yield lambda: bool(heard)


@contextmanager
def unheard() -> Iterator[None]:
    """Within it the same signals are ignored: the way out is not left half-way."""
    with _handling(signal.SIG_IGN):
        yield


@contextmanager
def _handling(handler: Callable[[int, FrameType | None], None] | signal.Handlers) -> Iterator[None]:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [(number, signal.signal(number, handler)) for number in numbers]
    try:
        yield
    finally:
        for number, old in before:
            signal.signal(number, old)


def showing(host: str, port: int) -> bool:
    """Whether our web server is ready (`/healthz` answers 200) and has a frame to show."""
    connection = http.client.HTTPConnection(host, port, timeout=2.0)
    try:
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        state = json.loads(answer.read())
        return answer.status == 200 and bool(state["data_at"])
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
        return False
    finally:
        connection.close()
