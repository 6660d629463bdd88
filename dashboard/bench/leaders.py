"""Simulated leaders 模拟领导 at the desk: they open its pages and change the filters.

`python -m dashboard.bench.leaders SPEC` obeys its standard input: a line `stop` is answered with
one line of JSON, a `Report`. What they ask is what a browser was heard to ask, see `desk_talk`.
"""

from __future__ import annotations

import asyncio
import random
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypedDict

import httpx
import orjson

TIMEOUT_S: Final = 30.0
AGAIN_S: Final = 1.0
UNFINISHED: Final = re.compile(rb'-tick":\s*\{"disabled":\s*false')
"""An answer that says it takes longer, see `callbacks.asked`: it starts the clock by which the page
asks again."""
PATH: Final = "/desk/_dash-update-component"


class Query(TypedDict):
    """One callback of a page as a browser asked it."""

    page: str
    body: dict[str, Any]


class Spec(TypedDict):
    """`people`: cookie header and csrf token of each; `pages`: what each page asks when it opens;
    `searches`: addresses to put where a callback follows the filter bar."""

    port: int
    think_s: float
    people: list[tuple[str, str]]
    pages: dict[str, list[dict[str, Any]]]
    filter_id: str
    searches: list[str]


class Report(TypedDict):
    """Milliseconds of each query by page, to its whole answer; `errors` by text."""

    ms: dict[str, list[float]]
    again: int
    errors: list[str]


class Crowd:
    """All of them in one event loop; each thinks, opens a page, reads, thinks."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self._report = Report(ms={page: [] for page in spec["pages"]}, again=0, errors=[])

    async def run(self, told: Callable[[], object]) -> Report:
        """Until `told` returns; it blocks in a thread."""
        base = f"http://127.0.0.1:{self._spec['port']}"
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
        async with httpx.AsyncClient(base_url=base, timeout=TIMEOUT_S, limits=limits) as client:
            asked = [
                asyncio.create_task(self._leader(client, n, cookie, csrf))
                for n, (cookie, csrf) in enumerate(self._spec["people"])
            ]
            await asyncio.get_running_loop().run_in_executor(None, told)
            for task in asked:
                task.cancel()
            await asyncio.gather(*asked, return_exceptions=True)
        return self._report

    async def _leader(self, client: httpx.AsyncClient, n: int, cookie: str, csrf: str) -> None:
        rng, spec = random.Random(n), self._spec
        headers = {"cookie": f"{cookie}; _csrf_token={csrf}", "x-csrf-token": csrf}
        headers |= {"origin": str(client.base_url).rstrip("/"), "content-type": "application/json"}
        headers |= {"accept-encoding": "gzip", "accept": "application/json"}
        await asyncio.sleep(rng.uniform(0, spec["think_s"]))
        while True:
            page = rng.choice(list(spec["pages"]))
            for body in spec["pages"][page]:
                await self._ask(client, page, headers, self._narrowed(body, rng))
            await asyncio.sleep(rng.expovariate(1 / spec["think_s"]))

    def _narrowed(self, body: dict[str, Any], rng: random.Random) -> bytes:
        """The question with a filter of the leader's own choice."""
        inputs = [
            {**one, "value": rng.choice(self._spec["searches"])}
            if one.get("id") == self._spec["filter_id"] and one["property"] == "search"
            else one
            for one in body["inputs"]
        ]
        return orjson.dumps({**body, "inputs": inputs})

    async def _ask(
        self, client: httpx.AsyncClient, page: str, headers: dict[str, str], body: bytes
    ) -> None:
        began = time.monotonic()
        try:
            answer = await client.post(PATH, content=body, headers=headers)
            while answer.status_code == 200 and UNFINISHED.search(answer.content):
                self._report["again"] += 1
                await asyncio.sleep(AGAIN_S)
                answer = await client.post(PATH, content=body, headers=headers)
        except httpx.HTTPError as error:
            self._report["errors"].append(f"{page}: {error!r}")
            return
        if answer.status_code not in (200, 204):
            self._report["errors"].append(f"{page}: {answer.status_code} {answer.text[:200]}")
            return
        self._report["ms"][page].append((time.monotonic() - began) * 1000)


def main(file: str) -> None:
    """The load process."""
    report = asyncio.run(Crowd(orjson.loads(Path(file).read_bytes())).run(sys.stdin.readline))
    sys.stdout.buffer.write(orjson.dumps(report) + b"\n")


if __name__ == "__main__":
    main(sys.argv[1])
