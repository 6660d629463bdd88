"""What an import finds 导入所见: every oddity with its place, the refusal they add up to, a report.

A trap 陷阱 is an oddity that would spoil the figures if nobody noticed. It refuses the import, says
how to go on, and — where that makes sense — may be accepted by name, with a stated consequence.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from geo.grid import GridError

SHOWN: Final = 5


@dataclass(frozen=True)
class Trap:
    """`title` names it, `how` says how to go on; `accept` says what accepting does ("": it cannot
    be accepted)."""

    title: str
    how: str
    accept: str = ""


TRAPS: Final[dict[str, Trap]] = {
    "file": Trap("文件读不了", "检查文件"),
    "no_crs": Trap("没有坐标系", "用 --crs 写明"),
    "crs": Trap("坐标系不可用", "转换成 CGCS2000 或 WGS-84 后再导入"),
    "old_datum": Trap(
        "旧坐标系", "请测绘部门用当地参数转换成 CGCS2000", "按通用参数转换，可能偏几十米"
    ),
    "encoding": Trap("文字编码", "用 --encoding 写明"),
    "columns": Trap("找不到列", "用 --columns 写明"),
    "geometry_missing": Trap("没有图形", "补上图形，或删去这些行", "略去这些行"),
    "geometry_type": Trap("不是多边形", "单元网格应为闭合多边形", "略去这些行"),
    "geometry_invalid": Trap("图形不合法", "在制图软件中修复", "自动修复（make_valid）"),
    "code_format": Trap("编码不合规", "改正编码，或用 --columns 换一列", "略去这些行"),
    "code_county": Trap("区县代码不在本市", "检查 --city 与编码", "照收"),
    "code_duplicate": Trap("编码重复", "改正编码", "同码的图形并成一个网格"),
    "overlap": Trap("网格重叠", "改正图形", "照收，重叠处归编码在前的网格"),
    "gap": Trap("网格之间有空隙", "补齐图形", "照收，落在空隙中的案卷计为网格外"),
    "cell_size": Trap("面积不像单元网格", "检查层级（--level）与坐标系", "照收"),
    "far_away": Trap("不在本市", "检查 --crs、--datum 与经纬度次序", "照收"),
    "datum": Trap("坐标偏移", "用 --datum 写明", "照收，不再核对"),
    "straddle": Trap("网格跨界", "改正图形，或用属性列给出归属", "归到中心点所在的一方"),
    "stray": Trap("网格无归属", "补齐图形", "照收，归属留空"),
}


@dataclass(frozen=True)
class Finding:
    """One oddity: which trap, what was found, and where. `row` counts features from 1."""

    trap: str
    found: str
    row: int | None = None
    code: str = ""
    lon: float | None = None
    lat: float | None = None


class ImportRefused(GridError):
    """The import stops; the text lists each trap with its first places and how to go on."""

    def __init__(self, report: Report, traps: Collection[str]) -> None:
        self.report = report
        super().__init__(report.told(traps))


@dataclass
class Report:
    """Everything found while importing `file`; `accepted` traps do not refuse."""

    file: str
    accepted: Collection[str] = ()
    findings: list[Finding] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add(self, trap: str, findings: Iterable[Finding]) -> None:
        """Takes down findings of a trap."""
        assert trap in TRAPS
        self.findings += findings

    def stop(self, trap: str, found: str) -> ImportRefused:
        """The refusal of something that makes going on impossible."""
        self.findings.append(Finding(trap, found))
        return ImportRefused(self, [trap])

    def refuse(self) -> None:
        """Raises `ImportRefused` if any trap was found that is not accepted."""
        traps = [trap for trap in TRAPS if self.count(trap) and trap not in self.accepted]
        if traps:
            raise ImportRefused(self, traps)

    def count(self, trap: str) -> int:
        """How often a trap was found."""
        return sum(finding.trap == trap for finding in self.findings)

    def told(self, traps: Collection[str]) -> str:
        """The traps in words, with their first places."""
        lines = [f"{self.file}：没有导入"]
        for trap in traps:
            about = TRAPS[trap]
            own = [finding for finding in self.findings if finding.trap == trap]
            lines.append(f"【{about.title}】{len(own)} 处")
            lines += [f"  {_told(finding)}" for finding in own[:SHOWN]]
            if len(own) > SHOWN:
                lines.append(f"  …… 其余 {len(own) - SHOWN} 处见 --report")
            accept = f"；或 --accept {trap}（{about.accept}）" if about.accept else ""
            lines.append(f"  怎么办：{about.how}{accept}")
        return "\n".join(lines)

    def write(self, file: Path) -> None:
        """All findings: `.json` with facts and notes, else a table that a spreadsheet opens."""
        if file.suffix.lower() == ".json":
            file.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1, default=list))
            return
        with file.open("w", encoding="utf-8-sig", newline="") as out:
            table = csv.writer(out)
            table.writerow(["陷阱", "名称", "第几行", "编码", "经度", "纬度", "发现"])
            for one in self.findings:
                where = (one.row, one.code, one.lon, one.lat)
                table.writerow([one.trap, TRAPS[one.trap].title, *where, one.found])
            for note in self.notes:
                table.writerow(["", "说明", "", "", "", "", note])


def _told(finding: Finding) -> str:
    place = f"第 {finding.row} 行" if finding.row is not None else ""
    where = f"（{finding.lon:.5f}, {finding.lat:.5f}）" if finding.lon is not None else ""
    head = " ".join(part for part in (place, finding.code) if part)
    return f"{head}{where}：{finding.found}" if head or where else finding.found
