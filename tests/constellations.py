"""Several real servers as one: Sentinels with a master and a replica, a Cluster, nginx in front."""

from __future__ import annotations

import datetime
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import redis
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.faults.line import Line
from tests.servers import RedisServer, free_port, redis_binary, wait_until

MakeRedis = Callable[..., RedisServer]
MASTER = "town"
CONF = Path(__file__).parents[1] / "deploy" / "nginx" / "cityops.conf"


class Sentinels:
    """A master behind a line, its replica, three Sentinels that know the line's port as the
    master's: `part` lets the replica fall behind without a word."""

    def __init__(self, folder: Path, make_redis: MakeRedis, down_after_ms: int = 1_000) -> None:
        self.master = make_redis()
        self.line = Line(self.master.port)
        self.replica = make_redis(replicaof=f"127.0.0.1 {self.line.port}")
        self.ports = [free_port() for _ in range(3)]
        self.url = f"redis+sentinel://{self._hosts()}/{MASTER}"
        self._processes: list[subprocess.Popen[bytes]] = []
        wait_until(self._in_step, what="the replica in step")
        for number, port in enumerate(self.ports):
            home = folder / f"sentinel{number}"
            home.mkdir()
            settings = home / "sentinel.conf"
            settings.write_text(
                f"port {port}\nbind 127.0.0.1\ndir {home}\n"
                f"sentinel monitor {MASTER} 127.0.0.1 {self.line.port} 2\n"
                f"sentinel down-after-milliseconds {MASTER} {down_after_ms}\n"
                f"sentinel failover-timeout {MASTER} 6000\n"
            )
            with open(home / "log", "wb") as log:
                words = [redis_binary(), str(settings), "--sentinel"]
                self._processes.append(subprocess.Popen(words, stdout=log))
        wait_until(
            lambda: all(map(self._knows_all, self.ports)), 30, "Sentinels that know each other"
        )

    def _hosts(self) -> str:
        return ",".join(f"127.0.0.1:{port}" for port in self.ports)

    def _in_step(self) -> bool:
        return bool(self.replica.client().info("replication")["master_link_status"] == "up")

    def _knows_all(self, port: int) -> bool:
        guard: Any = redis.Redis(port=port, protocol=2)
        try:
            others = guard.execute_command("SENTINEL", "SENTINELS", MASTER)
            replicas = guard.execute_command("SENTINEL", "REPLICAS", MASTER)
        except redis.RedisError:
            return False
        return len(others) == 2 and len(replicas) == 1

    def part(self) -> None:
        """From now on the replica gets nothing, and nobody knows it."""
        self.line.silence(b"PSYNC")

    def client(self) -> Any:
        """Of whoever is the master now."""
        guard: Any = redis.Redis(port=self.ports[0], protocol=2)
        host, port = guard.execute_command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", MASTER)
        return redis.Redis(host.decode(), int(port), protocol=2, socket_timeout=5)

    def end(self) -> None:
        for one in self._processes:
            one.terminate()
            one.wait(10)
        self.line.close()


class Cluster:
    """Three masters with a third of the slots each."""

    def __init__(self, make_redis: MakeRedis) -> None:
        self.nodes = [
            make_redis(
                cluster_enabled="yes", cluster_port=str(free_port()), cluster_node_timeout="2000"
            )
            for _ in range(3)
        ]
        first, *others = self.nodes
        for node, (begin, end) in zip(
            self.nodes, ((0, 5_460), (5_461, 10_922), (10_923, 16_383)), strict=True
        ):
            node.client().execute_command("CLUSTER", "ADDSLOTSRANGE", begin, end)
        for node in others:
            bus_port = int(node.settings["cluster-port"])
            first.client().execute_command("CLUSTER", "MEET", "127.0.0.1", node.port, bus_port)
        wait_until(lambda: all(map(_whole, self.nodes)), 30, "a whole cluster")
        self.url = "redis+cluster://" + ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)

    def client(self) -> Any:
        port = self.nodes[0].port
        return redis.RedisCluster("127.0.0.1", port, protocol=2, socket_timeout=5)

    def homes(self, keys: Sequence[str]) -> list[RedisServer]:
        """The node on which each key lies."""
        client = self.client()
        by_port = {node.port: node for node in self.nodes}
        return [by_port[client.get_node_from_key(key).port] for key in keys]


def _whole(node: RedisServer) -> bool:
    told = node.client().execute_command("CLUSTER", "INFO")
    return b"cluster_state:ok" in told and b"cluster_known_nodes:3" in told


class Nginx:
    """nginx with the shipped configuration: other ports, a certificate of its own, nothing else."""

    NAME = "wall.example.gov.cn"

    def __init__(self, folder: Path, nodes: Sequence[int]) -> None:
        self.folder, self.port, self.plain_port = folder, free_port(), free_port()
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir()
        self.certificate = folder / "fullchain.pem"
        _certify(self.NAME, self.certificate, folder / "privkey.pem")
        (folder / "site.conf").write_text(self._site(nodes))
        user = "user root;\n" if os.getuid() == 0 else ""
        temporary = "".join(
            f"{kind}_temp_path {folder}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (folder / "nginx.conf").write_text(
            f"{user}daemon off;\npid {folder}/pid;\nworker_processes 1;\n"
            f"error_log {folder}/error.log;\nevents {{ worker_connections 512; }}\n"
            f"http {{\n{temporary}include {folder}/site.conf;\n}}\n"
        )

    def _site(self, nodes: Sequence[int]) -> str:
        """The shipped file, adapted as its head says."""
        text = CONF.read_text("utf-8")
        servers = "".join(f"    server 127.0.0.1:{port};\n" for port in nodes)
        for found, ours in (
            ("    server 127.0.0.1:8050;\n", servers),
            ("listen 80;", f"listen 127.0.0.1:{self.plain_port};"),
            ("listen 443 ssl http2;", f"listen 127.0.0.1:{self.port} ssl http2;"),
            ("/etc/nginx/cityops/", f"{self.folder}/"),
            ("/var/log/nginx/cityops.log", f"{self.folder}/access.log"),
        ):
            assert text.count(found) >= 1, found
            text = text.replace(found, ours)
        return text

    def start(self) -> None:
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        words = [program, "-p", str(self.folder), "-c", str(self.folder / "nginx.conf")]
        asked = subprocess.run([*words, "-t"], capture_output=True, text=True)
        assert asked.returncode == 0 and not re.search("warn", asked.stderr), asked.stderr
        self._process = subprocess.Popen(words, stderr=subprocess.DEVNULL)
        wait_until((self.folder / "pid").exists, what="nginx")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)


def _certify(name: str, certificate: Path, key_file: Path) -> None:
    """A certificate that nobody but its reader trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
