"""What a Dash page of ours may load and run 内容策略: ours, nothing else, whatever a text says.

Dash needs its own start script, which is known by its hash, and inline styles.
"""

from __future__ import annotations

from collections.abc import Iterable

from dash import Dash


def page_policy(dash: Dash, picture_hosts: Iterable[str] = ()) -> str:
    """The Content-Security-Policy of the pages of a Dash app; pictures also from the hosts of a
    base map 底图 that the city chose."""
    started_by = " ".join(dash.csp_hashes())
    hosts = "".join(f" {host}" for host in picture_hosts)
    return (
        f"default-src 'self'; img-src 'self' data:{hosts}; style-src 'self' 'unsafe-inline'; "
        f"script-src 'self' {started_by}; object-src 'none'; base-uri 'none'; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'self'"
    )
