"""Settings: what is read from where, and how a wrong one is refused."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from dashboard.config import Config, ConfigError, load_config
from dashboard.settings import settings_of


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_defaults_need_no_file_and_no_environment(tmp_path: Path) -> None:
    config = load_config(env={})
    assert (config.city, config.host, config.port) == ("zhengzhou", "127.0.0.1", 8050)
    assert config.data_dir == tmp_path / "var"
    assert config.ledger_url == f"sqlite:///{tmp_path}/var/zhengzhou.db"
    assert config.redis_url is None


def test_environment_wins_over_file_and_command_line_over_both(tmp_path: Path) -> None:
    file = tmp_path / "cityops.toml"
    file.write_text('port = 1\nhost = "10.0.0.1"\nretention_h = 24\n')
    config = load_config(env={"CITYOPS_PORT": "2"}, overrides={"host": "10.0.0.2", "city": None})
    assert (config.port, config.host, config.retention_h) == (2, "10.0.0.2", 24.0)


def test_the_file_is_the_one_named_by_argument_then_by_variable(tmp_path: Path) -> None:
    one, two = tmp_path / "one.toml", tmp_path / "two.toml"
    one.write_text("port = 1")
    two.write_text("port = 2")
    env = {"CITYOPS_CONFIG": str(two)}
    assert load_config(env=env).port == 2
    assert load_config(one, env).port == 1


def test_relative_paths_in_a_file_start_from_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "etc"
    folder.mkdir()
    (folder / "wall.toml").write_text('profile = "our-city.toml"\ndata_dir = "data"')
    config = load_config(folder / "wall.toml", {})
    assert config.profile_source == str(folder / "our-city.toml")
    assert config.data_dir == folder / "data"
    assert config.ledger_url.endswith("/data/our-city.db")


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        ("port = 0", "port", "1–65535"),
        ("port = 80.5", "port", "整数"),
        ("port = true", "port", "整数"),
        ("prot = 8050", "prot", "是否 port"),
        ("completely_else = 1", "completely_else", "已知的配置项"),
        ('demo = "maybe"', "demo", "true 或 false"),
        ('log_level = "loud"', "log_level", "warning"),
        ("frame_max_hz = nan", "frame_max_hz", "0.1–20"),
        ("frame_max_hz = true", "frame_max_hz", "0.1–20"),
        ('redis_url = "http://cache"', "redis_url", "rediss://"),
        ('redis_url = "redis+sentinel://cache"', "redis_url", "MASTER"),
        ('ledger_url = "mysql://db"', "ledger_url", "postgresql://"),
        ('city = "../etc"', "city", "城市档案"),
        ('data_dir = ""', "data_dir", "路径"),
        ("port = ", "CITYOPS_CONFIG", "TOML"),
    ],
)
def test_a_wrong_value_is_refused_naming_key_and_expectation(
    tmp_path: Path, text: str, key: str, expected: str
) -> None:
    file = tmp_path / "cityops.toml"
    file.write_text(text)
    with pytest.raises(ConfigError) as refused:
        load_config(env={})
    assert refused.value.key == key
    assert expected in str(refused.value) and "cityops.toml" in str(refused.value)


def test_a_named_file_must_exist() -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml"):
        load_config("nowhere.toml", {})


def test_an_unknown_variable_is_refused_and_an_empty_one_is_unset() -> None:
    with pytest.raises(ConfigError, match="CITYOPS_PROT"):
        load_config(env={"CITYOPS_PROT": "1"})
    assert load_config(env={"CITYOPS_PORT": "", "CITYOPS_REDIS_URL": ""}) == load_config(env={})


def test_a_secret_is_read_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "redis"
    secret.write_text("redis://:geheim@cache:6379/0\n")
    env = {"CITYOPS_REDIS_URL_FILE": str(secret)}
    assert load_config(env=env).redis_url == "redis://:geheim@cache:6379/0"
    with pytest.raises(ConfigError, match="只设其一"):
        load_config(env=env | {"CITYOPS_REDIS_URL": "redis://other"})
    with pytest.raises(ConfigError, match="可读的密钥文件"):
        load_config(env={"CITYOPS_REDIS_URL_FILE": str(tmp_path / "missing")})
    with pytest.raises(ConfigError, match="_FILE"):
        load_config(env={"CITYOPS_PORT_FILE": str(secret)})


def test_passwords_are_shown_nowhere() -> None:
    env = {
        "CITYOPS_REDIS_URL": "redis://wall:ge/heim@cache:6379/0",
        "CITYOPS_LEDGER_URL": "postgresql://wall:geheim@db/wall",
    }
    config = load_config(env=env)
    assert "heim" not in repr(config) + str(config.public())
    assert config.public()["redis_url"] == "redis://wall:***@cache:6379/0"
    with pytest.raises(ConfigError) as refused:
        load_config(env={"CITYOPS_REDIS_URL": "http://:geheim@cache"})
    assert "geheim" not in str(refused.value)


def test_postgresql_means_the_driver_that_is_installed() -> None:
    config = load_config(env={"CITYOPS_LEDGER_URL": "postgresql://db/wall"})
    assert config.ledger_url == "postgresql+psycopg://db/wall"


def test_a_child_process_rebuilds_the_same_configuration() -> None:
    config = load_config(env={"CITYOPS_PORT": "81", "CITYOPS_DEMO": "yes"})
    assert load_config(env=config.environment()) == config


def test_redis_is_required_where_it_is_needed() -> None:
    with pytest.raises(ConfigError, match="redis_url"):
        load_config(env={}).require_redis()


def test_a_cluster_cannot_wait_for_replicas() -> None:
    url = "redis+cluster://127.0.0.1:6379"
    with pytest.raises(ConfigError, match="集群不支持"):
        load_config(env={}, overrides={"redis_url": url, "redis_acks": 1})
    assert load_config(env={}, overrides={"redis_url": url}).redis_acks == 0


def test_two_systems_of_one_city_can_share_a_redis() -> None:
    assert load_config(env={}).bus_name("nanyang") == "nanyang"
    assert load_config(env={"CITYOPS_REDIS_TAG": "ny-2"}).bus_name("nanyang") == "ny-2"


def test_the_object_is_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        load_config(env={}).port = 1  # type: ignore[misc]


def test_every_setting_says_what_it_means_in_both_languages() -> None:
    for name, known in settings_of(Config).items():
        chinese, slash, english = known.meaning.partition("/ ")
        assert slash and english and not chinese.isascii(), name
