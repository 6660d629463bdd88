"""Uptime 运行状态 as interval algebra: pure, in epoch ms, half-open, five states that add up.

Precedence, highest first; each layer is painted over the ones below it:

1. a correction 更正 entered with who and why; of two that overlap, the one made later;
2. maintenance 计划维护 that is planned and approved, and an outage entered as planned;
3. an outage 中断 entered by hand: the worse of what it says and what is below it;
4. probes 探测, by the component's policy;
5. unknown 未知: no probe within the allowed gap, which is also what our own downtime leaves behind.

Before a component's `since` and after its `until` there is no period: nothing to be up in.
"""
