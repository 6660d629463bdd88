"""`deploy/` cannot rot: commands, settings and paths exist; units, scripts and Redis files are read
by those who will read them. What needs a container engine is checked as text: docs/deployment.md
says so. nginx is started with its file in `tests/faults/test_nginx.py`."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from dashboard.access.policy import ROUTES
from dashboard.cli import main
from dashboard.config import Config, load_config
from dashboard.redisurl import read_redis_url
from dashboard.settings import settings_of
from tests.dashboard.test_metricsweb import everything
from tests.servers import free_port

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
PAGE = ROOT / "docs" / "deployment.md"
FILES = sorted(
    file for file in DEPLOY.rglob("*") if file.is_file() and not {"secrets", "tls"} & {*file.parts}
)
UNITS = sorted((DEPLOY / "systemd").glob("cityops-*.*"))
SCRIPTS = [file for file in FILES if file.read_bytes().startswith(b"#!")]


def text(file: Path) -> str:
    return file.read_text("utf-8")


def named(file: Path) -> Any:
    return str(file.relative_to(ROOT))


# Commands, settings, paths -----------------------------------------------------------------------


COMMAND = re.compile(
    r"(?:(?<![\w/.-])|/bin/)(?:cityops|cityops-at (?:CITY|\w+)) "
    r"([a-z]+(?![\w/.-])[^`#;；，。）)|&}]*)"
)


def told_commands(words: str) -> Iterator[list[str]]:
    """`cityops work --keep 14`, `cityops-at nanyang doctor`, compose's `command: [work]`."""
    for line in words.splitlines():
        for found in COMMAND.findall(line):
            yield found.replace('"', "").split()
        if found := re.match(r"\s+command: \[(?!valkey-server)(.+)\]", line):
            yield [word.strip(' "') for word in found[1].split(",")]


def wrong(words: list[str]) -> str:
    """Why the program does not know these words of a command line; "" if it does."""
    command: click.Command = main
    while isinstance(command, click.Group) and words:
        with click.Context(command) as context:
            found = command.get_command(context, words[0])
        if found is None:
            return f"{words[0]} is no command of {command.name}"
        command, words = found, words[1:]
    known = {name for one in command.params for name in one.opts}
    return "".join(w for w in words if w.startswith("--") and w.partition("=")[0] not in known)


@pytest.mark.parametrize("file", [*FILES, PAGE], ids=named)
def test_commands_and_settings_named_exist(file: Path) -> None:
    known = {f"CITYOPS_{name.upper()}" for name in settings_of(Config)} | {"CITYOPS_CONFIG"}
    known |= {f"CITYOPS_{n.upper()}_FILE" for n, one in settings_of(Config).items() if one.secret}
    assert set(re.findall(r"\bCITYOPS_[A-Z_]+", text(file))) - known == set()
    if file.suffix != ".conf" or "nginx" in file.parts:
        assert [words for words in told_commands(text(file)) if wrong(words)] == []


def test_a_wrong_command_or_option_would_be_found() -> None:
    told = "/bin/cityops wrok\ncityops-at ny backup X --kep 3"
    assert [wrong(words) for words in told_commands(told)] == [
        "wrok is no command of main",
        "--kep",
    ]
    assert list(told_commands('    command: [backup, /b, --keep, "14"]')) == [
        ["backup", "/b", "--keep", "14"]
    ]


def test_every_file_is_told_of_and_every_path_told_exists() -> None:
    told = set(re.findall(r"`(deploy/[\w./@-]+)`", text(PAGE)))
    assert [path for path in told if not (ROOT / path).exists()] == []
    names = {named(file) for file in FILES if file.name != ".gitignore"}
    folders = tuple(path for path in told if path.endswith("/"))
    assert [name for name in names if name not in told and not name.startswith(folders)] == []


def test_the_example_settings_are_accepted() -> None:
    env = {
        f"CITYOPS_{name}_FILE": str(DEPLOY / "etc" / f"city.{name.lower()}")
        for name in ("REDIS_URL", "LEDGER_URL")
    }
    config = load_config(DEPLOY / "etc" / "city.toml", env)
    assert (config.city, str(config.data_dir)) == ("nanyang", "/var/lib/cityops/nanyang")
    assert config.require_redis().endswith("@127.0.0.1:6379/0")
    assert config.ledger_url.startswith("postgresql+psycopg://")


# systemd -----------------------------------------------------------------------------------------

SECRETS = {"redis_url", "ledger_url"}


def test_systemd_understands_the_units(tmp_path: Path) -> None:
    """By systemd itself; the program and its folders are put where this machine has some."""
    for unit in UNITS:
        ready = text(unit).replace("/opt/cityops/current/bin/cityops", shutil.which("true") or "")
        (tmp_path / unit.name.replace("@.", "@nanyang.")).write_text(ready)
    units = sorted(str(file) for file in tmp_path.iterdir())
    done = verified(units)
    ours = [line for line in done.stderr.splitlines() if "cityops" in line]
    assert (done.returncode, ours) == (0, []), done.stderr
    bad = tmp_path / "cityops-bad.service"
    bad.write_text("[Service]\nExecStart=/none\nNoSuch=1\n")
    assert "NoSuch" in verified([str(bad)]).stderr


def verified(units: list[str]) -> subprocess.CompletedProcess[str]:
    command = ["systemd-analyze", "verify", "--man=no", *units]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("name", ["work", "serve"])
def test_the_services_of_the_wall_are_never_given_up(name: str) -> None:
    """By default systemd starts a service five times in ten seconds, then never again: a database
    that comes up half a minute late would leave the city without its worker."""
    unit = text(DEPLOY / "systemd" / f"cityops-{name}@.service")
    head, _, service = unit.partition("[Service]")
    assert "\nStartLimitIntervalSec=0\n" in head and "\nRestart=always\n" in service


@pytest.mark.parametrize("unit", [u for u in UNITS if u.suffix == ".service"], ids=named)
def test_each_service_is_shut_in_and_gets_its_secrets_from_files(unit: Path) -> None:
    lines = text(unit).splitlines()
    for line in ("NoNewPrivileges=yes", "ProtectSystem=strict", "ProtectHome=yes", "User=cityops",
                 "CapabilityBoundingSet=", "StateDirectory=cityops/%i"):  # fmt: skip
        assert line in lines
    for name in SECRETS:
        assert f"LoadCredential={name}:/etc/cityops/%i.{name}" in lines
        assert f"Environment=CITYOPS_{name.upper()}_FILE=%d/{name}" in lines


# nginx, Redis, containers, Prometheus ------------------------------------------------------------


def test_nginx_knows_the_routes_and_lets_the_largest_body_in() -> None:
    site = text(DEPLOY / "nginx" / "cityops.conf")
    paths = re.findall(r"location =? ?(\S+) \{", site)
    assert set(paths) == {"/", "/live", "/desk/attach/", "/login", "/metrics"}
    assert all(path in ROUTES or f"{path}*" in ROUTES for path in paths)
    sizes = {path: int(size) << 20 for path, size in re.findall(
        r"location (\S+) \{[^}]*client_max_body_size (\d+)m", site)}  # fmt: skip
    general = int(re.findall(r"^    client_max_body_size (\d+)m", site, re.M)[0]) << 20
    for path, rules in ROUTES.items():
        for rule in rules.values():
            assert rule.body < sizes.get(path.rstrip("*"), general), path
    live = site.partition("location = /live {")[2].partition("}")[0]
    assert "proxy_buffering off;" in live and "gzip off;" in live
    assert site.count("{") == site.count("}")


def test_the_containers_files_are_the_machines_files_but_for_the_addresses() -> None:
    for mine, theirs, most in (
        ("nginx.conf", "nginx/cityops.conf", 6),
        ("valkey.conf", "redis/valkey.conf", 5),
    ):
        own = text(DEPLOY / "compose" / mine).splitlines()
        other = text(DEPLOY / theirs).splitlines()
        assert len(set(own) - set(other)) <= most, set(own) - set(other)
    assert "image: nginx:1.28\n" in text(DEPLOY / "compose" / "compose.yaml")  # 1.25.1 or newer:
    assert "listen 443 ssl;\n    http2 on;\n" in text(DEPLOY / "compose" / "nginx.conf")


@pytest.mark.parametrize("name", ["valkey", "cluster", "replica"])
def test_redis_starts_with_the_example_and_loses_nothing(name: str, tmp_path: Path) -> None:
    for file in (DEPLOY / "redis").iterdir():
        here = text(file).replace("dir /var/lib/valkey", f"dir {tmp_path}")
        (tmp_path / file.name).write_text(here)
    port = free_port()
    command = [
        "redis-server",
        str(tmp_path / f"{name}.conf"),
        "--port",
        str(port),
        "--dir",
        str(tmp_path),
        *(["--cluster-port", str(free_port())] if name == "cluster" else []),  # not port + 10000
    ]
    with subprocess.Popen([*command, "--logfile", "log"], cwd=tmp_path) as server:
        try:
            wanted = {
                "appendonly": "yes",
                "appendfsync": "everysec",
                "maxmemory-policy": "noeviction",
            }
            if name == "cluster":
                wanted["cluster-enabled"] = "yes"
            for key, value in wanted.items():
                assert _config(port, key, server) == value
        finally:
            server.terminate()


def _config(port: int, key: str, server: subprocess.Popen[bytes]) -> str:
    import redis
    from redis.backoff import ConstantBackoff
    from redis.retry import Retry

    retry = Retry(ConstantBackoff(0.05), 100)
    with redis.Redis(port=port, retry=retry, decode_responses=True) as client:
        assert server.poll() is None
        return str(client.config_get(key)[key])


def test_sentinel_accepts_the_example(tmp_path: Path) -> None:
    file = shutil.copy(DEPLOY / "redis" / "sentinel.conf", tmp_path)
    port = free_port()
    with open(file, "a") as more:
        more.write(f"\nport {port}\nlogfile {tmp_path}/log\n")
    import redis
    from redis.backoff import ConstantBackoff
    from redis.retry import Retry

    with subprocess.Popen(["redis-server", str(file), "--sentinel"], cwd=tmp_path) as server:
        try:
            with redis.Redis(port=port, retry=Retry(ConstantBackoff(0.05), 100)) as client:
                client.ping()
                masters: Any = client.execute_command("SENTINEL MASTERS")
                assert server.poll() is None and "cityops" in str(masters)
        finally:
            server.terminate()


def test_the_addresses_in_the_examples_are_read() -> None:
    found = {}
    for file in (DEPLOY / "redis").iterdir():
        for url in re.findall(r"Address: (\S+)", text(file)):
            found[file.name] = read_redis_url(url).kind
    assert found == {"sentinel.conf": "sentinel", "cluster.conf": "cluster"} or found == {
        "sentinel.conf": "sentinel", "cluster.conf": "cluster", "valkey.conf": "single",
    }  # fmt: skip


def test_compose_names_services_secrets_volumes_and_files_that_exist() -> None:
    folder = DEPLOY / "compose"
    made = yaml.safe_load(text(folder / "compose.yaml"))
    services = made["services"]
    assert set(services) == {"work", "serve", "backup", "valkey", "postgres", "nginx"}
    script = text(folder / "secrets.sh")
    for secret in made["secrets"].values():
        assert f"> {secret['file'].removeprefix('./')}" in script
    for name, service in services.items():
        assert set(service.get("secrets", ())) <= set(made["secrets"]), name
        assert set(service.get("networks", ())) <= set(made["networks"]), name
        assert set(service.get("depends_on", ())) <= set(services), name
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            generated = source in ("./tls",)
            assert generated or source in made["volumes"] or (folder / source).is_file(), volume
    build = services["work"]["build"]
    docker = folder / build["context"] / build["dockerfile"]
    assert docker.resolve() == (folder / "Dockerfile").resolve()
    subnet = made["networks"]["inside"]["ipam"]["config"][0]["subnet"]
    assert services["serve"]["environment"]["CITYOPS_TRUSTED_PROXIES"] == subnet


def test_the_image_copies_what_exists_and_is_let_through() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", text(DEPLOY / "compose" / "Dockerfile"), re.M)
    sources = {word for line in copied for word in line.split()}
    ignored = text(ROOT / ".dockerignore").splitlines()
    assert sources == {line[1:] for line in ignored if line.startswith("!")}
    assert [source for source in sources if not (ROOT / source).exists()] == []


def test_prometheus_asks_for_figures_that_exist() -> None:
    known = {name.partition("{")[0] for name in everything()}
    known |= {name.removesuffix("_bucket") for name in known}
    for file in (DEPLOY / "prometheus").iterdir():
        yaml.safe_load(text(file))
        told = set(re.findall(r"\b(?:cityops|process)_[a-z_]+", text(file)))
        assert told - known == set(), file
    assert set(re.findall(r"`(cityops_[a-z_]+)`", text(PAGE))) <= known


# Scripts -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("script", SCRIPTS, ids=named)
def test_scripts_are_executable_and_parse(script: Path) -> None:
    assert os.access(script, os.X_OK)
    assert subprocess.run(["bash", "-n", script]).returncode == 0


def test_secrets_are_made_once_and_read(tmp_path: Path) -> None:
    script = shutil.copy(DEPLOY / "compose" / "secrets.sh", tmp_path)
    subprocess.run([script], check=True, capture_output=True)
    secrets = tmp_path / "secrets"
    env = {f"CITYOPS_{n.upper()}_FILE": str(secrets / n) for n in SECRETS}
    config = load_config(env=env)
    password = text(secrets / "valkey_auth").split()[1]
    assert len(password) == 48 and f":{password}@valkey:6379" in str(config.redis_url)
    assert text(secrets / "postgres_password") in config.ledger_url
    before = text(secrets / "redis_url")
    subprocess.run([script], check=True, capture_output=True)
    assert text(secrets / "redis_url") == before


def wheel(folder: Path, name: str, script: str = "") -> Path:
    """A wheel of one module that prints its name and version, written by hand."""
    info = f"{name}-1.0.dist-info"
    files = {
        f"{name}.py": f"def main():\n    print('{name} 1.0')\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    if script:
        files[f"{info}/entry_points.txt"] = f"[console_scripts]\n{script} = {name}:main\n"
    path = folder / f"{name}-1.0-py3-none-any.whl"
    record = ""
    for file, body in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(body.encode()).digest()).rstrip(b"=")
        record += f"{file},sha256={digest.decode()},{len(body.encode())}\n"
    with zipfile.ZipFile(path, "w") as made:
        for file, body in files.items():
            made.writestr(file, body)
        made.writestr(f"{info}/RECORD", f"{record}{info}/RECORD,,\n")
    return path


def bundle(folder: Path) -> Path:
    """An unpacked offline bundle as `offline-bundle.sh` makes it, with two small wheels."""
    for name in ("wheels", "app", "docs"):
        (folder / name).mkdir(parents=True)
    shutil.copytree(DEPLOY, folder / "deploy")
    one = wheel(folder / "wheels", "tinydep")
    wheel(folder / "app", "cityops_wall", "cityops")
    digest = hashlib.sha256(one.read_bytes()).hexdigest()
    (folder / "constraints.txt").write_text(f"tinydep==1.0 --hash=sha256:{digest}\n")
    machine = f"{sys.version_info[0]}.{sys.version_info[1]} {os.uname().machine}\n"
    (folder / "MADE_FOR").write_text(machine)
    seal(folder)
    return folder


def seal(folder: Path) -> None:
    files = sorted(f for f in folder.rglob("*") if f.is_file() and f.name != "SHA256SUMS")
    lines = [
        f"{hashlib.sha256(f.read_bytes()).hexdigest()}  ./{f.relative_to(folder)}" for f in files
    ]
    (folder / "SHA256SUMS").write_text("\n".join(lines) + "\n")


def install(folder: Path, root: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHON": sys.executable, "PIP_INDEX_URL": "http://127.0.0.1:9/"}
    command = [folder / "deploy" / "install.sh", root]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)


def test_a_bundle_installs_without_a_network_and_a_bad_one_changes_nothing(tmp_path: Path) -> None:
    good, root = bundle(tmp_path / "bundle"), tmp_path / "opt"
    done = install(good, root)
    assert done.returncode == 0, done.stdout + done.stderr
    current = (root / "current").resolve()
    assert current.parent == root / "releases"
    ran = subprocess.run([root / "current/bin/cityops"], capture_output=True, text=True)
    assert ran.stdout == "cityops_wall 1.0\n"
    assert (root / "current/share/cityops/deploy/install.sh").exists()

    with open(good / "wheels" / "tinydep-1.0-py3-none-any.whl", "ab") as file:
        file.write(b"x")
    assert "离线包损坏" in install(good, root).stderr
    seal(good)  # who can write the sums still cannot make pip take another file
    done = install(good, root)
    assert done.returncode != 0 and "没有装成" in done.stderr and "tinydep" in done.stderr
    (good / "MADE_FOR").write_text("3.9 sparc\n")
    seal(good)
    assert "3.9 sparc" in install(good, root).stderr
    assert (root / "current").resolve() == current
    assert [release.resolve() for release in (root / "releases").iterdir()] == [current]
