"""Questions somebody waits for: one run for all who ask, none for nobody."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from dashboard.waiting import Job, Stopped, Waiting, Waitlist
from tests.servers import wait_until


class Clock:
    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def held(gate: threading.Event, runs: list[str], ended: list[str]) -> Callable[[Job[str]], str]:
    """Work that goes on until the gate opens or nobody waits."""

    def work(job: Job[str]) -> str:
        runs.append("run")
        try:
            while not gate.wait(0.01):
                job.check()
        except Stopped:
            ended.append("stopped")
            raise
        return "answer"

    return work


def test_many_who_ask_the_same_get_one_run() -> None:
    gate, runs, ended = threading.Event(), [], list[str]()  # type: ignore[var-annotated]
    waitlist, work, answers = Waitlist(), held(gate, runs, ended), list[str]()
    asked = [
        threading.Thread(target=lambda: answers.append(waitlist.ask("q", work, 30)))
        for _ in range(5)
    ]
    for thread in asked:
        thread.start()
    wait_until(lambda: runs == ["run"])
    gate.set()
    for thread in asked:
        thread.join()
    assert answers == ["answer"] * 5
    assert runs == ["run"]


def test_who_asks_again_in_time_gets_the_answer_that_took_long() -> None:
    gate, runs = threading.Event(), list[str]()
    waitlist, work = Waitlist(), held(gate, runs, [])
    with pytest.raises(Waiting):
        waitlist.ask("q", work, 0)
    gate.set()
    assert waitlist.ask("q", work, 30) == "answer"
    assert runs == ["run"]
    assert waitlist.running() == 0


def test_what_nobody_asks_for_any_more_stops() -> None:
    clock, ended = Clock(), list[str]()
    waitlist = Waitlist(clock, patience_s=5)
    work = held(threading.Event(), [], ended)
    with pytest.raises(Waiting):
        waitlist.ask("q", work, 0)
    assert waitlist.anybody()
    clock.at = 6
    wait_until(lambda: ended == ["stopped"])
    assert not waitlist.anybody()


def test_cancelling_stops_the_work_and_tells_who_waits() -> None:
    ended, told = list[str](), list[Any]()
    waitlist = Waitlist()
    work = held(threading.Event(), [], ended)

    def ask() -> None:
        try:
            waitlist.ask("q", work, 30)
        except Stopped as error:
            told.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    wait_until(waitlist.anybody)
    waitlist.cancel("q")
    asking.join()
    assert len(told) == 1
    wait_until(lambda: ended == ["stopped"] or waitlist.running() == 0)


def test_one_who_cancels_leaves_the_others_their_answer() -> None:
    gate, runs = threading.Event(), list[str]()
    waitlist, work = Waitlist(), held(gate, runs, [])
    for who in ("wang", "li"):
        with pytest.raises(Waiting):
            waitlist.ask("q", work, 0, who)
    waitlist.cancel("q", "wang")
    gate.set()
    assert waitlist.ask("q", work, 30, "li") == "answer"
    assert runs == ["run"]


def test_an_error_reaches_who_asks_and_the_next_one_asks_anew() -> None:
    waitlist = Waitlist()

    def fails(job: Job[str]) -> str:
        raise KeyError("no")

    for _ in range(2):
        with pytest.raises(KeyError):
            waitlist.ask("q", fails, 30)
    assert waitlist.ask("q", lambda job: "fine", 30) == "fine"
