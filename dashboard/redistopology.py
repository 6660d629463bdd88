"""How the Redis servers stand to each other 拓扑: Sentinels and replicas, nodes and shards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from dashboard.redislink import BusDown, connect, speaking
from dashboard.redisurl import RedisAddress, read_redis_url
from dashboard.streams import events_key

TIMEOUT_S: Final = 3.0


@dataclass(frozen=True)
class Topology:
    """What was found; `trouble` is what to do about it, "" when it is as it should be."""

    text: str
    trouble: str = ""


def topology(url: str, city: str, shards: int) -> Topology:
    """How the servers behind a URL stand. Raises `BusDown`."""
    address = read_redis_url(url)
    client = connect(address, TIMEOUT_S)
    try:
        if address.kind == "sentinel":
            return _sentinel(client, address)
        if address.kind == "cluster":
            return _cluster(client, city, shards)
        return _single(client)
    finally:
        client.close()


def _single(client: Any) -> Topology:
    with speaking():
        found = client.info("replication")
    role = "主节点" if found["role"] == "master" else "副本"
    trouble = (
        "" if role == "主节点" else "redis_url 指向一个副本，写不进去：改成主节点，或用哨兵地址"
    )
    return Topology(f"单机，{role}，{_slaves(found)} 个副本", trouble)


def _slaves(found: dict[str, Any]) -> int:
    return int(found.get("connected_slaves", 0))


def _sentinel(client: Any, address: RedisAddress) -> Topology:
    """The master, its replicas, and how many of the Sentinels in the address answer."""
    told: list[dict[str, Any]] = []
    for one in client.connection_pool.sentinel_manager.sentinels:
        try:
            with speaking():
                told.append(one.sentinel_master(address.master))
        except BusDown:
            continue
    with speaking():
        replicas = _slaves(client.info("replication"))
    asked = len(address.nodes)
    state = told[0] if told else {}
    text = (
        f"哨兵：主节点 {state.get('ip', '?')}:{state.get('port', '?')}，{replicas} 个副本，"
        f"地址中 {asked} 个哨兵答话 {len(told)} 个"
    )
    if told:
        text += f"，共 {int(state['num-other-sentinels']) + 1} 个哨兵"
    if not replicas:
        return Topology(text, "主节点没有在线的副本，坏了无处可换：起一个 replicaof 它的副本")
    if len(told) < asked:
        return Topology(text, "有哨兵不答话：看它是否在运行、防火墙；不足多数时坏了不会换主")
    if asked < 3:
        return Topology(text, "哨兵少于三个，坏一台就选不出新主：再起哨兵，都写进地址")
    return Topology(text)


def _cluster(client: Any, city: str, shards: int) -> Topology:
    """The masters, the state, and where the city's streams lie."""
    with speaking():
        masters = client.get_primaries()
        state = str(client.cluster_info(target_nodes="random")["cluster_state"])
        homes = [client.get_node_from_key(events_key(city, n)).name for n in range(shards)]
    replicas = len(client.get_replicas())
    text = f"集群：{len(masters)} 个主节点，{replicas} 个副本，状态 {state}；{shards} 个分片在 "
    text += "、".join(homes)
    if state != "ok":
        return Topology(text, "集群不完整：redis-cli --cluster check 看缺哪一段槽")
    if replicas < len(masters):
        return Topology(text, "有主节点没有副本，坏了那部分城市就停：为每个主节点起一个副本")
    if shards > 1 and len(set(homes)) == 1:
        return Topology(text, "几个分片都在同一节点，等于没有分：改 stream_shards，或迁移槽")
    return Topology(text)
