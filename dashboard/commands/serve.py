"""`cityops serve` 网页进程: gunicorn with uvicorn workers that let go of open streams quickly."""

from __future__ import annotations

import dataclasses
import gc
import logging
import os
import resource
import socket
from typing import Any, ClassVar

import click
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from gunicorn.glogging import Logger  # type: ignore[import-untyped]
from uvicorn_worker import UvicornWorker  # type: ignore[import-untyped]

from dashboard.arenas import keep_small
from dashboard.commands.configured import configured
from dashboard.config import Config
from dashboard.frontdoor import KeyFileError, require_keys
from dashboard.headclock import PromptProtocol
from dashboard.logs import set_up
from dashboard.tether import tie

BOOT_S = 90
"""A web process that has not said a word for so long is replaced. Starting up counts: a busy
machine takes longer than gunicorn's usual 30 s, and would never come up."""
SEND_BUFFER = 128 * 1024
"""Bytes the kernel may hold for one viewer: one that stands still is noticed, not fed for hours."""

GONE_MS = 60_000
"""A viewer that has taken nothing for so long is let go: its machine lost power, or the line was
cut and nobody told us. One that is only asleep opens the stream anew."""


class OneLog(Logger):  # type: ignore[misc]
    """gunicorn's words go the way of all others, see `logs`."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


class WallWorker(UvicornWorker):  # type: ignore[misc]
    """An open `/live` stream never ends by itself: after TERM it gets one second."""

    CONFIG_KWARGS: ClassVar[dict[str, Any]] = {
        "loop": "auto",
        "http": PromptProtocol,
        "lifespan": "on",
        "access_log": False,
        "proxy_headers": False,  # ours, in `access.peers`: only from proxies that were named
        "server_header": False,
        "timeout_graceful_shutdown": 1,
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        logging.getLogger("uvicorn.error").propagate = True

    def init_process(self) -> None:
        """Ends with a master that was killed: orphans would keep the port from its successor."""
        tie(self.ppid)
        keep_small()
        super().init_process()

    async def _serve(self) -> None:
        for listening in self.sockets:  # accepted connections inherit it
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
            if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux
                listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, GONE_MS)
        _rest()
        await super()._serve()


class Gunicorn(BaseApplication):  # type: ignore[misc]
    """gunicorn without its own command line; the application is made in each worker, after fork."""

    def __init__(self, config: Config) -> None:
        self._config = config
        super().__init__()

    def load_config(self) -> None:
        host = f"[{self._config.host}]" if ":" in self._config.host else self._config.host
        settings = {
            "bind": f"{host}:{self._config.port}",
            "workers": self._config.web_workers,
            "worker_class": WallWorker,
            "backlog": 4096,
            "keepalive": 75,
            "graceful_timeout": 5,
            "timeout": BOOT_S,
            "loglevel": self._config.log_level,
            "logger_class": OneLog,
            "proc_name": f"cityops-serve-{self._config.city}",
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        from dashboard.server import create_app

        return create_app(self._config)


def _rest() -> None:
    """The application lives as long as the process: the collector need not walk its 200,000 objects
    again and again, nor those of thousands of open streams, while frames are to be handed out."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def raise_file_limit() -> None:
    """A viewer is an open file; the usual soft limit of 1,024 is for desktops."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65_536 if hard == resource.RLIM_INFINITY else min(65_536, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


@click.command("serve")
@configured("host", "port", "web_workers")
def command(config: Config) -> None:
    """网页进程：墙面、领导页面与实时推送 / the web server."""
    config.require_redis()
    try:
        require_keys(config)
    except KeyFileError as error:
        raise click.ClickException(str(error)) from error
    raise_file_limit()
    if config.profile is not None:
        config = dataclasses.replace(config, profile=config.profile.absolute())
    config.data_dir.mkdir(parents=True, exist_ok=True)
    set_up(config.log_format, config.log_level, "serve", config.place)
    os.chdir(config.data_dir)  # a checkout as working directory would shadow the installed packages
    Gunicorn(config).run()
