"""Perspective: two tables on a Tornado server, a grid and four charts that look at them.

Run as `python perspective_page.py PORT NODE_MODULES`; the browser's half comes from the npm
packages of the same release, see `package.json`.
"""

import sys
import time
from pathlib import Path

import perspective
import tornado.ioloop
import tornado.web
import workload
from perspective.handlers.tornado import PerspectiveTornadoHandler

PAGE = """<!doctype html><html><head><meta charset="utf-8">
<link rel="stylesheet" href="/npm/viewer/dist/css/pro.css">
<script type="module">
import "/npm/viewer/dist/cdn/perspective-viewer.js";
import "/npm/viewer-datagrid/dist/cdn/perspective-viewer-datagrid.js";
import "/npm/viewer-d3fc/dist/cdn/perspective-viewer-d3fc.js";
import perspective from "/npm/client/dist/cdn/perspective.js";
const socket = await perspective.websocket(`ws://${location.host}/websocket`);
const numbers = await socket.open_table("numbers");
const points = await socket.open_table("points");
const [grid, ...charts] = document.querySelectorAll("perspective-viewer");
await grid.load(numbers);
await grid.restore({ plugin: "Datagrid", settings: false });
for (const [i, chart] of charts.entries()) {
  await chart.load(points);
  await chart.restore({ plugin: "Y Line", group_by: ["second"], columns: [`chart${i}`],
    settings: false });
}
</script>
<style>perspective-viewer { position: relative; display: inline-block; width: 400px; height: 240px }
perspective-viewer:first-of-type { display: block; width: 100%; height: 1000px }</style>
</head><body>
<perspective-viewer></perspective-viewer><perspective-viewer></perspective-viewer>
<perspective-viewer></perspective-viewer><perspective-viewer></perspective-viewer>
<perspective-viewer></perspective-viewer></body></html>"""

server = perspective.Server()
client = server.new_local_client()
tick = workload.now()
first = range(tick.second - workload.POINTS + 1, tick.second + 1)
numbers = client.table({"name": "string", "value": "string"}, index="name", name="numbers")
points = client.table(
    {"second": "integer", **{f"chart{c}": "integer" for c in range(workload.CHARTS)}},
    limit=workload.POINTS,
    name="points",
)
points.update(
    [
        {"second": s, **{f"chart{c}": workload.point(c, s) for c in range(workload.CHARTS)}}
        for s in first
    ]
)


def update() -> None:
    tick = workload.now()
    names = zip(workload.NAMES, tick.numbers, strict=True)
    numbers.update([{"name": name, "value": str(n)} for name, n in names])
    row = {f"chart{c}": found[-1] for c, found in enumerate(tick.charts)}
    points.update([{"second": tick.second, **row}])


class Page(tornado.web.RequestHandler):
    def get(self) -> None:
        self.write(PAGE)


packages = Path(sys.argv[2]) / "@perspective-dev"
app = tornado.web.Application(
    [
        (r"/", Page),
        (r"/npm/(.*)", tornado.web.StaticFileHandler, {"path": str(packages)}),
        (r"/websocket", PerspectiveTornadoHandler, {"perspective_server": server}),
    ],
    compress_response=True,
)
app.listen(int(sys.argv[1]), "127.0.0.1")
update()
loop = tornado.ioloop.IOLoop.current()
loop.call_later(
    1 - time.time() % 1, lambda: (update(), tornado.ioloop.PeriodicCallback(update, 1000).start())
)
loop.start()
