"""Writes exchanges into the logs of a zone, its account and its backends."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.simulator.base import SECOND, Exchange
from pipeline.simulator.delivery import Feed, Shelf
from pipeline.simulator.lines import backend_line, egress_line, security_line, trace_line
from pipeline.simulator.requests import request_lines
from pipeline.simulator.world import Account, World, Zone

_EDGE_LAG, _TRACE_LAG, _EGRESS_LAG, AUDIT_LAG = 40, 70, 30, 300


class Scribe:
    """Writes for one zone."""

    def __init__(self, zone: Zone, shelf: Shelf, traces: Feed) -> None:
        """Take the zone, the shelf for its lines, and the feed of its account's traces."""
        self._zone, self._shelf, self._traces = zone, shelf, traces
        self._requests = Feed("http_requests", zone.name, _EDGE_LAG, zone.index)
        self._security = Feed("firewall_events", zone.name, _EDGE_LAG, zone.index)
        self._egress = Feed("backend/egress", f"egress.{zone.name}", _EGRESS_LAG)
        self._backends = {each.host: Feed("backend/requests", each.host, each.lag) for each in zone.services.values()}

    def write(self, x: Exchange) -> None:
        """Write the lines of one exchange wherever it leaves some."""
        zone, lines, at = self._zone, self._shelf.lines, x.at
        if x.logged:
            lines(self._requests, at + x.late * SECOND).extend(request_lines(x, zone))
            if x.measure:
                lines(self._security, at).append(security_line(x, zone))
            if x.route.script and not x.measure and x.cache == "unknown":
                lines(self._traces, at).append(trace_line(x, zone))
        for number, call in enumerate(x.calls):
            if call.service:
                lines(self._backends[call.host], at).append(backend_line(x, number, call, zone))
            elif zone.egress and not call.logged:
                lines(self._egress, at).append(egress_line(x, number, call))


def trace_feeds(world: World) -> Mapping[str, Feed]:
    """Return the feed of each account's traces, by its id."""
    return {each.id: Feed("workers_trace_events", each.id, _TRACE_LAG) for each in world.accounts}


def audit_feed(account: Account) -> Feed:
    """Return the feed of an account's audit log."""
    return Feed("audit_logs_v2" if account.second_format else "audit_logs", account.id, AUDIT_LAG)
