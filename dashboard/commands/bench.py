"""`cityops bench` 性能基准: each measures on this machine, now, beside its own baseline."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import click

from dashboard.bench import (
    desk,
    evaluation,
    exporting,
    folding,
    hotline,
    live,
    map_browser,
    map_data,
    platform,
    year,
)
from dashboard.bench.bars import Bar
from dashboard.bench.browser import BrowserMissing
from dashboard.bench.live_crowd import Crowd
from dashboard.commands.benchload import load_bench
from dashboard.commands.benchshown import Rows, as_json_option, of_city, profile_of, show
from dashboard.commands.benchsurvival import COMMANDS as SURVIVAL
from dashboard.commands.benchwall import crowd_bench, wall_bench

CASES = 50_000


@click.group("bench")
def command() -> None:
    """性能基准：入账、全年、实时 / benchmarks, each beside its baseline in the same run."""


@command.command("ingest")
@of_city("zhengzhou")
@click.option(
    "--cases", type=click.IntRange(min=1), default=CASES, show_default=True, help="案卷数"
)
@click.option("--postgresql", metavar="URL", help="也测这个空的 PostgreSQL 库 / an empty database")
@as_json_option
def ingest(city: str, cases: int, postgresql: str | None, machine: bool) -> None:
    """批量入账，与纯 Python + SQLite 的地板程序同跑 / bulk ingest against the bare loop."""
    urls = {"postgresql": postgresql} if postgresql else {}
    found = folding.bench(profile_of(city), cases, urls)
    ratios = {name: rate / found.floor for name, rate in found.ledgers.items()}
    least = {"sqlite": 0.5, "postgresql": 0.15}
    bars = [
        Bar(f"{name}_ratio", f"{name} ÷ 地板程序", ratio, ">=", least[name])
        for name, ratio in ratios.items()
    ]
    rows = [("事件数 / events", found.events), ("地板程序 / floor，条/秒", found.floor)]
    rows += [(f"{name}，条/秒", rate) for name, rate in found.ledgers.items()]
    show({**asdict(found), "ratios": ratios}, [("批量入账 / bulk ingest", rows)], bars, machine)


@command.command("year")
@of_city("nanyang")
@click.option("--year", "of_year", type=int, default=2021, show_default=True, help="年份")
@click.option(
    "--file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="事件文件"
)
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), help="保留数据的目录")
@as_json_option
def whole_year(
    city: str, of_year: int, file: Path | None, folder: Path | None, machine: bool
) -> None:
    """全年从文件到精确指标，再重启工作进程 / a whole year, then a worker's restart."""
    found = year.bench(city, of_year, file, folder)
    bars = [
        Bar("ingest_s", "从文件到入账", found.ingest_s, "<=", 180, "s"),
        Bar("ingest_rss_mb", "入账内存峰值", found.ingest_rss_mb, "<=", 700, "MB"),
        Bar("query_s", "measures --year 查询", found.query_s, "<=", 0.5, "s"),
        Bar("first_frame_s", "工作进程重启到第一帧", found.first_frame_s, "<=", 5, "s"),
    ]
    rows = [("事件数 / events", found.events), ("台账 / ledger，MB", found.megabytes)]
    show(asdict(found), [(f"{city} {of_year} 全年 / a whole year", rows)], bars, machine)


@command.command("desk")
@of_city("nanyang")
@click.option("--year", "of_year", type=int, default=2021, show_default=True, help="年份")
@click.option(
    "--file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="事件文件"
)
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="数据目录；已有台账就直接用 / where the ledger is or will be kept",
)
@click.option("--questions", type=click.IntRange(min=10), default=200, show_default=True)
@as_json_option
def desk_questions(
    city: str, of_year: int, file: Path | None, folder: Path | None, questions: int, machine: bool
) -> None:
    """桌面：全年任意筛选，与 pandas 逐案重算同跑 / the desk's pages under any filter."""
    profile_of(city)
    with tempfile.TemporaryDirectory() as scratch:
        home = folder or Path(scratch)
        found = desk.bench(
            city, of_year, file, home, questions, lambda text: click.echo(text, err=True)
        )
    rows: list[tuple[str, str | float]] = [
        ("案卷 / cases", found.cases),
        ("载入（墙钟），秒", found.load_s),
        ("载入（处理器），秒", found.load_cpu_s),
        ("载入后的进程内存，MB", found.rss_mb),
        ("其中列，MB", found.columns_mb),
        ("同一问题再问，毫秒", found.kept_ms),
        ("pandas 表，MB", found.pandas_mb),
    ]
    for name, each in (
        ("总览", found.overview_ms), ("总览 CPU", found.overview_cpu_ms),
        ("案件", found.cases_ms), ("案件 CPU", found.cases_cpu_ms),
        ("pandas 只数漏斗", found.pandas_ms),
    ):  # fmt: skip
        rows += [(f"{name} {quantile}，毫秒", ms) for quantile, ms in each.items()]
    title = f"{city} {of_year} 桌面查询 / the desk's questions"
    show(asdict(found), [(title, rows)], found.bars(), machine)


@command.command("export")
@of_city("nanyang")
@click.option("--year", "of_year", type=int, default=2021, show_default=True, help="年份")
@click.option(
    "--file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="事件文件"
)
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="数据目录；已有台账就直接用 / where the ledger is or will be kept",
)
@click.option("--postgresql", metavar="URL", help="测这个 PostgreSQL 库；空的先入账 / a database")
@as_json_option
def case_export(
    city: str,
    of_year: int,
    file: Path | None,
    folder: Path | None,
    postgresql: str | None,
    machine: bool,
) -> None:
    """全年案卷清单导出为 csv、xlsx / a year's list of cases as csv and xlsx."""
    profile_of(city)
    found = exporting.bench(city, of_year, file, folder, postgresql)
    bars = [
        Bar("csv_s", "csv", found.csv_s, "<=", 60, "s"),
        Bar("csv_rss_mb", "csv 内存峰值", found.csv_rss_mb, "<=", 500, "MB"),
        Bar("xlsx_s", "xlsx", found.xlsx_s, "<=", 180, "s"),
        Bar("xlsx_rss_mb", "xlsx 内存峰值", found.xlsx_rss_mb, "<=", 500, "MB"),
    ]
    rows: list[tuple[str, str | float]] = [
        ("案卷 / cases", found.cases),
        ("csv，MB", found.csv_mb),
        ("xlsx，MB", found.xlsx_mb),
    ]
    rates = [(f"{name}，行/秒", rate) for name, rate in found.writers.items()]
    tables: list[tuple[str, Rows]] = [
        (f"{city} {of_year} 案卷清单 / list of cases", rows),
        ("写 xlsx / ways to write xlsx", rates),
    ]
    show(asdict(found), tables, bars, machine)


@command.command("evaluate")
@click.option("--form", "form_id", default="nanyang-2021", show_default=True, help="表单")
@click.option("--year", "of_year", type=int, default=2021, show_default=True, help="年份")
@click.option(
    "--file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="事件文件"
)
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="数据目录；已有台账就直接用 / where the ledger is or will be kept",
)
@click.option(
    "--values", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="人工填报值"
)
@as_json_option
def form_evaluation(
    form_id: str,
    of_year: int,
    file: Path | None,
    folder: Path | None,
    values: Path | None,
    machine: bool,
) -> None:
    """一张年度绩效表，全年台账 / one yearly form over a whole year's ledger."""
    found = evaluation.bench(form_id, of_year, file, folder, values)
    rows: list[tuple[str, str | float]] = [
        ("指标 / items", found.items),
        ("取数来源 / measured sources", found.sources),
        ("读表 / load，s", found.load_s),
        ("取数 / measure，s", found.measure_s),
        ("计分与勾稽 / score and cross-check，s", found.score_s),
        ("写成 JSON / encode，s", found.encode_s),
    ]
    bars = [
        Bar("whole_s", "评价一张表", found.whole_s, "<=", 2, "s"),
        Bar("score_s", "改一个值后重新计分", found.score_s, "<=", 0.3, "s"),
    ]
    show(asdict(found), [(f"{form_id} {of_year}", rows)], bars, machine)


@command.command("live")
@of_city("zhengzhou")
@click.option(
    "--viewers", type=click.IntRange(1, 20_000), default=2_000, show_default=True, help="观众数"
)
@click.option(
    "--seconds", type=click.IntRange(1, 3_600), default=30, show_default=True, help="测多少秒"
)
@click.option(
    "--interval-viewers",
    type=click.IntRange(1, 1_000),
    default=live.INTERVAL_VIEWERS,
    show_default=True,
    help="对照页的观众数 / viewers of the baseline",
)
@click.option(
    "--samples",
    type=click.IntRange(1, 10_000),
    default=live.SAMPLES,
    show_default=True,
    help="事件到文字的样本数 / samples of event to text",
)
@click.option("--part", type=click.Choice(live.PARTS), default="all", help="只测一部分 / one part")
@as_json_option
def live_path(city: str, viewers: int, part: str, machine: bool, **sizes: int) -> None:
    """实时链路：观众、dcc.Interval 对照页、Chromium / the live path, in one run."""
    profile_of(city)
    tell: Callable[[str], None] = lambda text: click.echo(text, err=True)  # noqa: E731
    found = live.bench(city, viewers, part=part, tell=tell, **sizes)
    figures = {**asdict(found), "ratio": found.ratio, "page_ratio": found.page_ratio}
    show(figures, list(_tables(found)), found.bars(viewers), machine)
    if found.missing and not machine:
        click.echo(f"没有测浏览器：{found.missing}")


@command.command("map")
@of_city("zhengzhou")
@click.option(
    "--cases", type=click.IntRange(1), default=500_000, show_default=True, help="全年案卷数"
)
@as_json_option
def map_path(city: str, cases: int, machine: bool) -> None:
    """地图：瓦片、落格、热力向量 / tiles, points to cells, the worker's vectors."""
    tell: Callable[[str], None] = lambda text: click.echo(text, err=True)  # noqa: E731
    found = map_data.bench(profile_of(city), cases, tell)
    rows: list[tuple[str, str | float]] = [
        ("单元网格 / cells", found.cells),
        ("生成 / generate，s", found.generate_s),
        ("瓦片 / tiles", found.tiles),
        ("工作进程每帧 CPU / worker CPU per tick，ms", found.tick_ms),
    ]
    rows += [(f"载入 / load {key}，s", spent) for key, spent in found.load_s.items()]
    tables: list[tuple[str, Rows]] = [("地图数据 / map data", rows)]
    figures, bars = asdict(found), found.bars()
    try:
        seen = map_browser.bench(profile_of(city), tell)
    except BrowserMissing as error:
        tell(f"没有测浏览器：{error}")
    else:
        tables.append(("浏览器 / browser", seen.rows()))
        figures["browser"] = asdict(seen)
        bars += seen.bars()
    show(figures, tables, bars, machine)


@command.command("platform")
@of_city("zhengzhou")
@click.option(
    "--components", type=click.IntRange(1, 99), default=20, show_default=True, help="组件数"
)
@click.option("--days", type=click.IntRange(1, 365), default=365, show_default=True, help="天数")
@as_json_option
def platform_year(city: str, components: int, days: int, machine: bool) -> None:
    """平台：一年的每分钟探测从事件行到指标 / a year of one-minute probes, from lines to figures."""
    tell: Callable[[str], None] = lambda text: click.echo(text, err=True)  # noqa: E731
    found = platform.bench(profile_of(city), components, days, tell)
    show(asdict(found), [("平台一年 / a year of probes", found.rows())], found.bars(), machine)


@command.command("hotline")
@of_city("zhengzhou")
@click.option(
    "--calls", type=click.IntRange(1), default=1_500_000, show_default=True, help="全年来电数"
)
@as_json_option
def hotline_year(city: str, calls: int, machine: bool) -> None:
    """热线：全年来电入账，精确的 24 小时最低值 / a year of calls, the exact rolling minimum."""
    found = hotline.bench(profile_of(city), calls, lambda text: click.echo(text, err=True))
    rows: list[tuple[str, str | float]] = [
        ("来电数 / calls", found.calls),
        ("台账 / ledger，MB", found.ledger_mb),
        ("入账 / folded，s", found.fold_s),
        ("其中 CPU，s", found.fold_cpu_s),
        ("每秒来电 / calls per second", found.calls / found.fold_s),
        ("24 小时接通率最低值 / least 24 h", found.minimum),
        *(("不符 / wrong", one) for one in found.wrong),
    ]
    show(asdict(found), [("热线全年 / a year of the hotline", rows)], found.bars(), machine)


def _tables(found: live.Live) -> Iterator[tuple[str, Rows]]:
    if found.stream:
        yield "/live，一个网页进程 / SSE, one web process", _crowd(found.stream)
    if found.store:
        yield "dcc.Interval → dcc.Store，gthread", _crowd(found.store)
    if found.page:
        yield "dcc.Interval → 数字与四张图 / figures and four charts", _crowd(found.page)
    if found.stream and found.store:
        yield (
            "每观众·帧 CPU 之比 / CPU per viewer·tick, theirs ÷ ours",
            [("dcc.Store 页", found.ratio), ("数字与图表页", found.page_ratio)],
        )
    if found.reaction:
        one = found.reaction
        yield (
            "事件（XADD）→ Chromium 上的文字 / event to text",
            [("p50，ms", one.p50_ms), ("p95，ms", one.p95_ms), ("最大，ms", one.max_ms)],
        )
    if found.cold:
        yield (
            "冷启动页面 / cold page",
            [
                ("到首批数字，中位，s", found.cold.median_s),
                ("到首批数字，最慢，s", found.cold.worst_s),
                ("传输，MB", found.cold.megabytes),
                ("请求数", found.cold.requests),
                ("外部主机", "、".join(found.cold.foreign) or 0),
            ],
        )


def _crowd(crowd: Crowd) -> Rows:
    return [
        ("观众 / viewers", crowd.viewers),
        ("送达 / delivery p50，ms", crowd.p50_ms),
        ("送达 / delivery p95，ms", crowd.p95_ms),
        ("送达 / delivery p99，ms", crowd.p99_ms),
        ("漏帧 / missed，断线 / lost", f"{crowd.missed:,}，{crowd.lost:,}"),
        ("画面，字节 / frame, bytes", crowd.frame_bytes),
        ("每帧字节 / bytes per tick", crowd.bytes_per_tick),
        ("每观众·帧 CPU / per viewer·tick，µs", crowd.cpu_us),
        ("每观众内存 / RSS per viewer，kB", crowd.rss_kb),
        ("空闲 CPU / idle server，ms 每帧", crowd.idle_cpu_ms),
        (
            "占核：服务器、负载进程、机器上的其他 / cores: server, load process, all else",
            f"{crowd.server_cpu:.2f}，{crowd.load_cpu:.2f}，{crowd.other_cpu:.2f}",
        ),
    ]


command.add_command(crowd_bench)
command.add_command(load_bench)
command.add_command(wall_bench)
for one in SURVIVAL:
    command.add_command(one)
