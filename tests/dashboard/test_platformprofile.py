"""`[platform]` of a profile: defaults, every refusal by name, the built-in cities."""

import re
from pathlib import Path

import pytest

from dashboard.city import BUILT_IN, ProfileError, load_profile
from dashboard.platformparts import SELF, Platform
from dashboard.uptime.layers import FOREVER
from dashboard.uptime.policy import Policy

TOWN = """
id = "qingshi"
code = "990100"
name = "青石镇"
[[districts]]
code = "990101"
name = "东街"
"""


def platform(tmp_path: Path, text: str) -> Platform:
    file = tmp_path / "town.toml"
    file.write_text(TOWN + text, "utf-8")
    return load_profile(file).platform


def test_without_a_table_there_is_this_system_only(tmp_path: Path) -> None:
    found = platform(tmp_path, "")
    assert [one.id for one in found.components] == [SELF]
    assert found.vital == () and found.quorum is None


def test_a_component_is_read_with_its_policy_and_service(tmp_path: Path) -> None:
    found = platform(
        tmp_path,
        """
        [platform]
        district_platforms = true
        [[platform.components]]
        id = "db"
        name = "数据库"
        kind = "database"
        vital = true
        since = "2026-03-01"
        probe = "postgresql://10.0.0.9/city"
        every_s = 20
        slow_ms = 500
        failures = 3
        """,
    )
    db = found.components[0]
    assert db.policy == Policy(60_000, 500, 3, 1)
    assert db.endpoint is not None and db.endpoint.every_s == 20
    assert [one.id for one in found.components] == ["db", "district:990101", SELF]
    service = db.service(lambda day: day * 86_400_000)
    assert (service.since, service.until) == (1_772_323_200_000, FOREVER)
    assert found.policy("db") == db.policy
    assert found.policy("screen:hall") == found.screens != found.policy("stranger") == Policy()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('id = "screen:1"\nname = "x"', "不以 screen: 开头"),
        ('id = "a b"\nname = "x"', "组件编号"),
        ('id = "a"\nname = "x"\nkind = "oven"', "system"),
        ('id = "a"\nname = "x"\nprobe = "ftp://x"', "http://"),
        ('id = "a"\nname = "x"\nprobe = "tcp://x:1"\nprobe_file = "/x"', "只给一个"),
        ('id = "a"\nname = "x"\nprobe = "tcp://x:1"\nevidence = "records"', "probes"),
        ('id = "a"\nname = "x"\ngap_s = 30', "gap_s"),
        ('id = "a"\nname = "x"\nsince = "2026-02-30"', "日期"),
        ('id = "a"\nname = "x"\nsince = "2026-02-03"\nuntil = "2026-01-01"', "不早于 since"),
        ('id = "a"\nname = "x"\nvital = 1', "true 或 false"),
        ('id = "a"\nname = "x"\n[[platform.components]]\nid = "a"\nname = "y"', "不重复"),
        ('id = "a"\nname = "x"\nvitl = true', "vitl"),
    ],
)
def test_a_wrong_component_is_refused_by_name(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ProfileError, match=re.escape(message)):
        platform(tmp_path, f"[[platform.components]]\n{text}\n")


def test_a_quorum_above_what_is_vital_is_refused(tmp_path: Path) -> None:
    text = '[platform]\nquorum = 2\n[[platform.components]]\nid = "a"\nname = "x"\nvital = true\n'
    with pytest.raises(ProfileError, match="quorum"):
        platform(tmp_path, text)


def test_limits_of_days_and_tickets(tmp_path: Path) -> None:
    found = platform(
        tmp_path,
        "[platform.day]\noutage_min = 20\n[platform.tickets.vip]\nrespond_min = 5\n",
    )
    assert (found.day.outage_ms, found.day.single_ms) == (1_200_000, 900_000)
    assert found.due_of("vip").respond_ms == 300_000
    assert found.due_of("never heard of") == found.due_of("normal")
    assert "≤ 20 分钟" in found.rule_text()


@pytest.mark.parametrize("city", BUILT_IN)
def test_every_built_in_city_has_a_platform(city: str) -> None:
    profile = load_profile(city)
    ids = [one.id for one in profile.platform.components]
    assert len(profile.platform.vital) >= 2 and ids[-1] == SELF
    assert profile.label("component", ids[0]) == profile.platform.components[0].name
