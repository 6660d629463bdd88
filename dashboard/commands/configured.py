"""The decorator that hands a command its `Config`: `--config` and one option per named setting."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from dashboard.config import Config, ConfigError, load_config
from dashboard.settings import settings_of


def configured(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Adds `--config FILE` and an option for each named setting; passes `config=` instead of them.

    A `ConfigError`, now or later in the command, ends it with status 2 and its message.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def run(*, config: Path | None, **arguments: Any) -> Any:
            overrides = {name: arguments.pop(name) for name in names}
            try:
                return function(config=load_config(config, overrides=overrides), **arguments)
            except ConfigError as error:
                raise click.UsageError(str(error)) from error

        command: Callable[..., Any] = run
        for name in reversed(names):
            command = _option(name)(command)
        file = click.Path(dir_okay=False, path_type=Path)
        return click.option(
            "--config", type=file, help="配置文件 / settings file (default: ./cityops.toml)"
        )(command)

    return decorate


def _option(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """`--port` for `port`: the text goes to the reader of the setting, which also refuses it."""
    meaning = settings_of(Config)[name].meaning
    return click.option(f"--{name.replace('_', '-')}", default=None, help=meaning)
