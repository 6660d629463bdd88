"""Simulated desk users 模拟桌面用户: a load process of people who sign in, open pages, ask, think.

`python -m dashboard.bench.desk_users PORT` reads one line of JSON on its standard input, user →
password, signs them in, says `ready`, and obeys: `stop` answers with one line of JSON, a `Report`.
Each asks what the desk's own pages ask: a page, its layout, the callback that fills it.
"""

from __future__ import annotations

import random
import re
import sys
import threading
import time
from collections.abc import Mapping
from typing import Any, Final, TypedDict

import httpx
import orjson

THINK_S: Final = (2.0, 4.0)
PATIENCE_S: Final = 30.0
PAGES: Final = ("/desk", "/desk/annual", "/desk/alarms", "/desk/hotline", "/desk/platform")
FILLED: Final = {
    "hotline.children": ("filter-at.search", ""),
    "platform.children": ("filter-at.search", ""),
    "book-head.children": ("book-opened.data", {"search": "", "unsaved": {}}),
}
"""What fills a page once it is there: the first output of a callback → its input and value."""


class Report(TypedDict):
    """Requests so far, how many of them failed, the first failures in words, and seconds each."""

    requests: int
    errors: int
    first: list[str]
    seconds: list[float]


class Users:
    """All of them, a thread each."""

    def __init__(self, port: int, people: Mapping[str, str]) -> None:
        self._base = f"http://127.0.0.1:{port}"
        self._people = people
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._seconds: list[float] = []
        self._failed: list[str] = []
        self._threads: list[threading.Thread] = []

    def begin(self) -> None:
        """Signs everybody in, one after the other, then lets them loose. Raises on a refusal."""
        for number, (user, password) in enumerate(self._people.items()):
            client = httpx.Client(base_url=self._base, timeout=PATIENCE_S)
            sign_in(client, user, password)
            thread = threading.Thread(target=self._work, args=(client, number), daemon=True)
            self._threads.append(thread)
        for thread in self._threads:
            thread.start()

    def end(self) -> Report:
        """Everybody stops; what it was like."""
        self._over.set()
        for thread in self._threads:
            thread.join(PATIENCE_S)
        with self._lock:
            return Report(
                requests=len(self._seconds),
                errors=len(self._failed),
                first=self._failed[:5],
                seconds=self._seconds,
            )

    def _work(self, client: httpx.Client, number: int) -> None:
        rng = random.Random(number)
        dependencies = orjson.loads(client.get("/desk/_dash-dependencies").content)
        calls = {_outputs(one["output"])[0]: one for one in dependencies}
        while not self._over.wait(rng.uniform(*THINK_S)):
            page = rng.choice(PAGES)
            self._ask(client, "GET", page, None)
            self._ask(client, "GET", "/desk/_dash-layout", None)
            opened = payload(calls["content.children"], {"desk-at.pathname": page})
            self._ask(client, "POST", "/desk/_dash-update-component", opened)
            output = rng.choice(list(FILLED))
            if output in calls:
                name, value = FILLED[output]
                asked = payload(calls[output], {name: value})
                self._ask(client, "POST", "/desk/_dash-update-component", asked)

    def _ask(self, client: httpx.Client, method: str, path: str, body: Any) -> None:
        began = time.monotonic()
        wrong = ""
        try:
            headers = {"origin": self._base}
            answer = client.request(method, path, json=body, headers=headers)
            if answer.status_code not in (200, 204):
                what = f"{path} {body['output'][:40]}" if body else path
                wrong = f"{method} {what}: {answer.status_code} {answer.text[:80]}"
        except httpx.HTTPError as error:
            wrong = f"{method} {path}: {type(error).__name__} {error}"
        with self._lock:
            self._seconds.append(time.monotonic() - began)
            if wrong:
                self._failed.append(wrong)


def sign_in(client: httpx.Client, user: str, password: str) -> None:
    """As a browser does, with the token of the form. Raises RuntimeError where it is refused."""
    page = client.get("/login", headers={"accept": "text/html"}).text
    token = re.search(r'name="csrf" value="([^"]+)"', page)
    form = {"csrf": token[1] if token else "", "user": user, "password": password}
    answer = client.post("/login", data=form, headers={"origin": str(client.base_url).rstrip("/")})
    if answer.status_code != 303:
        raise RuntimeError(f"{user}: {answer.status_code}")


def payload(call: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a Dash callback with these inputs; whatever is not said is None."""
    several = call["output"].startswith("..")
    outputs = []
    for name in _outputs(call["output"]):
        id, _, prop = name.rpartition(".")
        outputs.append({"id": id, "property": prop})

    def valued(one: Mapping[str, Any]) -> dict[str, Any]:
        return {**one, "value": values.get(f"{one['id']}.{one['property']}")}

    return {
        "output": call["output"],
        "outputs": outputs if several else outputs[0],
        "inputs": [valued(one) for one in call["inputs"]],
        "state": [valued(one) for one in call["state"]],
        "changedPropIds": list(values),
    }


def _outputs(text: str) -> list[str]:
    """`..a.b...c.d@hash..` → `a.b`, `c.d`."""
    names = text.strip(".").split("...") if text.startswith("..") else [text]
    return [name.partition("@")[0] for name in names]


def main(port: int) -> None:
    """The load process."""
    users = Users(port, orjson.loads(sys.stdin.readline()))
    users.begin()
    print("ready", flush=True)
    for line in sys.stdin:
        if line.strip() == "stop":
            sys.stdout.buffer.write(orjson.dumps(users.end()) + b"\n")
            sys.stdout.buffer.flush()
            return


if __name__ == "__main__":
    main(int(sys.argv[1]))
