"""The command line: one lazy table of contents; each command lives in `dashboard/commands/`."""

from __future__ import annotations

import importlib

import click

COMMANDS: dict[str, str] = {
    "demo": "一条命令：内嵌 Valkey、账本、工作进程、模拟数据、网页 / everything for a look",
    "init": "初始化：主密钥、首个系统管理员 / the key and the first administrator",
    "user": "账号：新增、列出、改口令、改角色、停用 / local users",
    "screen": "屏幕：链接、列出、吊销 / wall screens",
    "token": "接入令牌：新增、列出、吊销 / tokens for senders",
    "audit": "审计日志：核对、导出 / the audit log",
    "work": "工作进程：读流、入账、发布画面 / the worker",
    "serve": "网页进程 gunicorn / the web server",
    "doctor": "检查配置与环境 / check the set-up",
    "ingest": "事件文件批量入账 / fold event files into the ledger",
    "push": "事件文件送入 Redis 流（带发件箱）/ send event files to the stream",
    "import": "从案件系统导入 / import from a case system",
    "grid": "网格：导入、生成、区界、换版本 / the grid: import, generate, boundaries, reassign",
    "probe": "探测平台组件的 http/tcp/redis/数据库地址 / probe the platform",
    "platform": "平台：录入中断、维护、工单、人工更正 / enter outages, corrections",
    "measures": "查询指标 / print measures",
    "ranking": "考评排名：区域、部门、岗位 / rank districts, departments, posts",
    "evaluate": "年度绩效表：填写、计分、勾稽 / fill, score and check a yearly form",
    "alarms": "告警：查看、确认、试发通知 / alarms: list, acknowledge, try the webhook",
    "export": "导出案卷清单：csv、xlsx / export the list of cases",
    "book": "年度台账册：列出、修订、导入、校验 / the yearly books",
    "reconcile": "对账：重算与台账比对 / recount against the tally",
    "backup": "备份：台账、网格、表单、附件 / back everything up",
    "restore": "从备份恢复到空的机器 / restore onto an empty machine",
    "verify": "校验备份或台账 / check a backup or the ledger",
    "simulate": "模拟数据 / simulated data",
    "bench": "性能基准 / benchmarks",
}


class LazyGroup(click.Group):
    """Imports a command's module only when that command is called or asked for help."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = "importing" if cmd_name == "import" else cmd_name
        command: click.Command = importlib.import_module(f"dashboard.commands.{module}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cityops-wall")
def main() -> None:
    """城市运行墙 cityops-wall."""


if __name__ == "__main__":
    main()
