"""The page of indicators 指标口径 docs/indicators.md, written from the registry of measures.

`python -m dashboard.indicators` prints it; `make docs` puts it in its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from dashboard.formula import ATTRIBUTIONS, OVERDUE, OVERDUE_STOCK, SUSPENDED_STOCK, Measure
from dashboard.measures import MEASURES

KINDS = {"count": "件数", "stock": "存量", "rate": "比率", "mean": "均值"}
BETTER = {"higher": "越高越好", "lower": "越低越好", "none": "—"}
PSEUDO = {
    OVERDUE: "超期未处置（窗内）",
    OVERDUE_STOCK: "超期未处置（全部存量）",
    SUSPENDED_STOCK: "在挂（全部存量）",
}
HEAD = """\
# 指标口径 / Indicators

<!-- 由 `make docs` 根据 dashboard/measures.py 生成，请勿手改 / generated, do not edit -->

大屏、领导页面、年度表、导出与本页读同一个登记表。每个指标有一个或多个**口径（variant）**，
城市档案用 `variants` 选定；没有选定时用标 ★ 的缺省口径。比率一律**先求和后相除**，不平均比率；
分母为 0 显示“—”。

Wall, leaders' pages, yearly form and exports read one registry. Where cities disagree on a formula,
the disagreement is a named variant and the city profile chooses; ★ marks the default.
"""


def page(measures: Iterable[Measure]) -> str:
    """The whole page as Markdown."""
    known = list(measures)
    parts = [HEAD, *_attributions(ATTRIBUTIONS)]
    for kind, heading in KINDS.items():
        parts += ["", f"## {heading}"]
        for measure in known:
            if measure.kind == kind:
                parts += _section(measure)
    return "\n".join(parts) + "\n"


def _attributions(attributions: Mapping[str, str]) -> Iterator[str]:
    yield "## 归属时间 / Attribution"
    yield ""
    yield "| `attribution` | 含义 |"
    yield "|---|---|"
    for key, text in attributions.items():
        yield f"| `{key}` | {text} |"


def _section(measure: Measure) -> Iterator[str]:
    yield ""
    yield f"### {measure.name} `{measure.id}`"
    yield ""
    ways = "、".join(f"`{way}`" for way in measure.attributions)
    yield f"单位 {measure.unit} · {BETTER[measure.better]} · 可用归属 {ways}"
    if measure.note:
        yield ""
        yield measure.note
    yield ""
    yield "| 口径 | 公式 | 分子 | 分母 | 出处 |"
    yield "|---|---|---|---|---|"
    for name, formula in measure.variants.items():
        star = " ★" if name == measure.default else ""
        below = _sum(formula.den)
        if formula.minus:
            below += f" − {_sum(formula.minus)}"
        columns = (f"`{name}`{star}", formula.text, _sum(formula.num), below, formula.source)
        yield f"| {' | '.join(column or '—' for column in columns)} |"


def _sum(counters: Iterable[str]) -> str:
    return " + ".join(PSEUDO.get(name, f"`{name}`") for name in counters)


if __name__ == "__main__":
    print(page(MEASURES.values()), end="")
