"""The tools that are compared 对照的工具: how each is started and spoken to."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Tool:
    """`command` with {bin} (of its environment), {python} (ours), {here}, {port}, {node};
    `ladder` the numbers of viewers to try, up to the first that fails."""

    id: str
    title: str
    command: str
    page: str
    kind: str
    ladder: tuple[int, ...]
    ready: str = "/"
    timed: bool = False
    """The browser asks by its own clock: delivery counts from its question."""
    env: dict[str, str] = field(default_factory=dict)

    @property
    def requirements(self) -> Path:
        return HERE / f"requirements-{self.id}.txt"


TOOLS = (
    Tool(
        "streamlit",
        "Streamlit",
        "{bin}/streamlit run {here}/streamlit_page.py --server.port {port} "
        "--server.address 127.0.0.1 --server.headless true --browser.gatherUsageStats false "
        "--server.enableCORS false --server.enableXsrfProtection false "
        "--server.fileWatcherType none",
        "/",
        "streamlit",
        (1, 2, 3, 4, 6, 8, 12, 16),
        timed=True,
    ),
    Tool(
        "panel",
        "Panel",
        "{bin}/panel serve {here}/panel_page.py --port {port} --address 127.0.0.1 "
        "--allow-websocket-origin=*",
        "/panel_page",
        "bokeh",
        (5, 10, 20, 40, 70, 100, 150),
        ready="/panel_page",
        env={"BOKEH_RESOURCES": "server"},
    ),
    Tool(
        "bokeh",
        "Bokeh server",
        "{bin}/bokeh serve {here}/bokeh_page.py --port {port} --address 127.0.0.1 "
        "--allow-websocket-origin=*",
        "/bokeh_page",
        "bokeh",
        (20, 40, 70, 100, 150, 200),
        ready="/bokeh_page",
        env={"BOKEH_RESOURCES": "server"},
    ),
    Tool(
        "nicegui",
        "NiceGUI",
        "{bin}/python {here}/nicegui_page.py {port}",
        "/",
        "nicegui",
        (25, 50, 100, 150, 200, 300),
    ),
    Tool(
        "dash",
        "Dash + dcc.Interval",
        "{bin}/gunicorn --chdir {here} --worker-class gthread --workers 1 --threads 8 "
        "--keep-alive 75 --log-level warning --bind 127.0.0.1:{port} dash_page:server",
        "/",
        "poll",
        (25, 50, 100, 150, 200, 300),
        ready="/healthz",
        timed=True,
    ),
    Tool(
        "perspective",
        "Perspective",
        "{bin}/python {here}/perspective_page.py {port} {node}",
        "/",
        "perspective",
        (25, 50, 100, 200, 300, 400, 500),
    ),
    Tool(
        "ours",
        "cityops-wall",
        "{python} -P {here}/ours_page.py {port}",
        "/wall",
        "stream",
        (500, 1_000, 2_000, 3_500, 5_000),
        ready="/healthz",
        env={"PYTHONPATH": str(HERE)},
    ),
)
