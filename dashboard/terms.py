"""The field's words 术语: stages, steps, channels, categories, units — English id, 中文 label.

Data only. Codes of categories are those in use (CJ/T 214-2007 order, GB/T 30428.2 family): a kind
letter, two digits 大类, two digits 小类; a city overrides or extends them in its profile, own major
classes from 21 on.
"""

from __future__ import annotations

from typing import Final, NamedTuple

STAGES: Final[dict[str, str]] = {
    "none": "未上报",
    "reported": "待受理",
    "accepted": "待立案",
    "filed": "待派遣",
    "dispatched": "处置中",
    "disposed": "待核查",
    "checked": "待结案",
    "closed": "已结案",
    "suspended": "挂账",
    "cancelled": "已作废",
    "rejected": "不予受理",
    "refused": "不予立案",
}
"""Where a case stands 所处环节 (keys are those of the case record)."""

FUNNEL: Final[dict[str, str]] = {
    "reported": "上报",
    "accepted": "受理",
    "filed": "立案",
    "dispatched": "派遣",
    "disposed": "处置",
    "checked": "核查",
    "closed": "结案",
}
"""The line a case runs along 环节, in order."""

STEPS: Final[dict[str, str]] = {
    "report": "上报",
    "accept": "受理",
    "reject": "不予受理",
    "verify_send": "下发核实",
    "verify_done": "核实完成",
    "file": "立案",
    "refuse": "不予立案",
    "dispatch": "派遣",
    "return": "回退",
    "dispose": "处置完毕",
    "postpone": "延期",
    "suspend": "挂账",
    "resume": "恢复办理",
    "supervise": "督办",
    "check_send": "下发核查",
    "check_pass": "核查通过",
    "check_fail": "核查不通过",
    "close": "结案",
    "reopen": "重新办理",
    "cancel": "作废",
    "restore": "恢复案卷",
    "revisit": "回访",
}
"""What happened 办理动作, as the ticker says it. 核实 is before filing, 核查 after disposal."""


class Channel(NamedTuple):
    """A source of cases 来源 and the group it adds up to; only groups share one chart."""

    name: str
    parent: str


CHANNEL_GROUPS: Final[dict[str, str]] = {
    "patrol": "信息采集",
    "public": "公众举报",
    "device": "智能感知",
    "official": "督查考评",
    "other": "其他来源",
}
"""Parent channels 来源大类."""

CHANNELS: Final[dict[str, Channel]] = {
    "collector": Channel("采集员上报", "patrol"),
    "self_handled": Channel("自行处置", "patrol"),
    "hotline_12319": Channel("12319热线", "public"),
    "transfer_12345": Channel("12345转办", "public"),
    "public_wechat": Channel("微信公众号", "public"),
    "public_app": Channel("市民APP", "public"),
    "web": Channel("网站", "public"),
    "petition": Channel("信访", "public"),
    "media": Channel("媒体监督", "public"),
    "video_manual": Channel("视频巡查", "device"),
    "video_ai": Channel("视频智能识别", "device"),
    "iot": Channel("物联感知", "device"),
    "leader": Channel("领导交办", "official"),
    "inspection": Channel("督查", "official"),
    "assessment": Channel("考评", "official"),
    "other": Channel("其他", "other"),
}

LIMIT_UNITS: Final[dict[str, str]] = {
    "urgent_hours": "紧急工作时",
    "work_hours": "工作时",
    "work_days": "工作日",
    "calendar_days": "自然日",
}
"""Units of a disposal limit 处置时限; 紧急工作时 and 自然日 run through nights and holidays."""

DEPARTMENT_KINDS: Final[dict[str, str]] = {
    "district": "区级部门",
    "bureau": "市直部门",
    "company": "专业公司",
    "platform": "二级平台",
}

CASE_KINDS: Final[dict[str, str]] = {"B": "部件", "E": "事件"}
"""部件 are surveyed city components, 事件 are happenings; both number their classes from 01."""

_MAJOR: Final = {
    "B01": (
        "公用设施",
        "01上水井盖 02污水井盖 03雨水井盖 04雨水箅子 05电力井盖 06路灯井盖 07通讯井盖 08电视井盖 "
        "09网络井盖 10热力井盖 11燃气井盖 12公安井盖 13消防设施 14无主井盖 15通讯交接箱 16电力设施 "
        "17立杆 18路灯 19地灯 20景观灯 21报刊亭 22电话亭 23邮筒 24信息亭 25自动售货机 26健身设施 "
        "27中水井盖 28公交井盖 29输油（气）井盖 30特殊井盖 31民用水井 32供水器 33高压线铁塔 "
        "34变压器（箱） 35燃气调压站（箱） 36监控电子眼 37售货亭 38治安岗亭",
    ),
    "B02": (
        "道路交通设施",
        "01停车场 02停车咪表 03公交站亭 04出租车站牌 05过街天桥 06地下通道 07高架立交桥 08跨河桥 "
        "09交通标志牌 10交通信号灯 11交通护栏 12存车支架 13路名牌 14交通信号设施 15道路信息显示屏 "
        "16道路隔音屏 17交通岗亭",
    ),
    "B03": (
        "市容环境设施",
        "01公共厕所 02化粪池 03公厕指示牌 04垃圾间（楼） 05垃圾箱 06灯箱霓虹灯 07广告牌匾 "
        "08环保监测站 09气象监测站 10污水口监测站 11噪声显示屏",
    ),
    "B04": (
        "园林绿化设施",
        "01古树名木 02行道树 03护树设施 04花架花钵 05绿地 06雕塑 07街头坐椅 08绿地护栏 "
        "09绿地维护设施 10喷泉",
    ),
    "B05": ("房屋土地", "01宣传栏 02人防工事 03公房地下室"),
    "B06": ("其他设施", "01重大危险源 02工地 03水域附属设施 04水域护栏 05港监设施 06防洪墙"),
    "E01": (
        "市容环境",
        "01私搭乱建 02暴露垃圾 03积存垃圾渣土 04道路不洁 05水域不洁 06绿地脏乱 07废弃车辆 "
        "08废弃家具设备 09非装饰性树挂 10道路破损 11河堤破损 12道路遗撒 13建筑物外立面不洁 "
        "14水域秩序问题 15焚烧垃圾树叶 16油烟污染 17动物尸体清理 18擅自饲养家禽家畜 99其他市容环境",
    ),
    "E02": (
        "宣传广告",
        "01非法小广告 02违章张贴悬挂广告牌匾 03占道广告牌 04街头散发广告 05广告招牌破损",
    ),
    "E03": (
        "施工管理",
        "01施工扰民 02工地扬尘 03施工废弃料 04施工占道 05无证掘路 99其他施工管理",
    ),
    "E04": (
        "突发事件",
        "01路面塌陷 02自来水管破裂 03燃气管道破裂 04下水道堵塞或破损 05热力管道破裂 06道路积水 "
        "07道路积雪结冰 08架空线缆损坏 09群发性事件 99其他突发事件",
    ),
    "E05": (
        "街面秩序",
        "01无照经营游商 02流浪乞讨 03占道废品收购 04店外经营 05机动车乱停放 06非机动车乱停放 "
        "07乱堆物堆料 08商业噪音 09黑车拉客 10露天烧烤 11沿街晾挂 12非法出版物销售 "
        "13空调室外机低挂 99其他街面秩序",
    ),
}

CATEGORY_GROUPS: Final[dict[str, str]] = {code: name for code, (name, _) in _MAJOR.items()}
"""大类: kind letter and two digits → name; a name may occur as 部件 and as 事件."""

CATEGORIES: Final[dict[str, str]] = {
    major + item[:2]: item[2:] for major, (_, items) in _MAJOR.items() for item in items.split()
}
"""小类: `B####` 部件, `E####` 事件 → name."""


def category_group(code: str) -> str:
    """The 大类 code of a 小类 code: `E0102` → `E01`."""
    return code[:3]
