"""Signs of incidents, looked for in plain records by someone who knows everything: what the labels are held against.

Each yields the ids of requests that show it, or of audit events.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from fnmatch import fnmatchcase
from ipaddress import ip_address, ip_network
from itertools import pairwise

from pipeline.simulator.base import SECOND
from pipeline.simulator.labels import key_hash
from pipeline.simulator.routes import LISTS
from pipeline.simulator.world import INTERNAL_HOST, OFFICE
from tests.simulator.logs import Logs, Record

Sign = Callable[[Logs], Iterator[str]]

_URL = re.compile(r"https?://(?:[^/\s@]*@)?(\[[^\]]*\]|[^/\s:]+)")
_FOUND = {"hit", "stale", "updating", "revalidated"}
_BURST = 20
"""So many 429s in five minutes are a burst."""
_LONG, _FULL, _KNOWN = 18, 0.8, 30
_MUCH = 150
"""So many requests of one network in five minutes."""


def strange_hosts(logs: Logs) -> Iterator[str]:
    """Look for calls to hosts that no zone allows, and for allowed names at private addresses."""
    allowed = {pattern for zone in logs.world.zones for pattern in zone.allowed}
    for request, _ in logs.requests():
        if request["ClientRequestSource"] != "edgeWorkerFetch":
            continue
        host, origin = request["ClientRequestHost"], request["OriginIP"]
        inside = bool(origin) and ip_address(origin).is_private and not _made_up(origin)
        if not _is_allowed(host, allowed) or (inside and host != INTERNAL_HOST):
            yield request["RayID"]
    for record in logs.of("backend/egress"):
        if not _is_allowed(_URL.match(record["url"])[1], allowed):  # type: ignore[index] # all are URLs
            yield record["ray_id"]
    for event in logs.of("workers_trace_events"):
        for found in _URL.finditer(_console(event)):
            if not _is_allowed(found[1], allowed):
                yield event["Event"]["RayID"]


def foreign_credentials(logs: Logs) -> Iterator[str]:
    """Look for credentials at backends that are not the Worker's own."""
    services = {each.host: each for zone in logs.world.zones for each in zone.services.values()}
    for record in logs.of("backend/requests"):
        service, headers = services[record["service"]], record["headers"]
        own = {f"Bearer {service.key}", f"Bearer {service.next_key}"}
        if not service.sees_users and (headers.get("authorization") not in own or "cookie" in headers):
            yield record["ray_id"]


def refusals(logs: Logs) -> Iterator[str]:
    """Look for bursts of 429, and for networks that ask for very much."""
    panes: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
    for request, _ in logs.requests():
        if request["EdgeResponseStatus"] == 429 and request["ClientRequestSource"] == "eyeball":
            panes[request["ZoneName"], _pane(request["EdgeStartTimestamp"])].append(request["RayID"])
    networks: defaultdict[tuple[str, int, str], list[str]] = defaultdict(list)
    for request, _ in logs.requests():
        if request["ClientRequestSource"] == "eyeball":
            network = request["ClientIP"].rpartition(".")[0]
            networks[request["ZoneName"], _pane(request["EdgeStartTimestamp"]), network].append(request["RayID"])
    for rays, least in (*((each, _BURST) for each in panes.values()), *((each, _MUCH) for each in networks.values())):
        if len(rays) >= least:
            yield from rays


def mixed_up_users(logs: Logs) -> Iterator[str]:
    """Look for answers that name someone else, are someone else's, or come from a cache where they are private."""
    tagged: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    private = [request for request in map(_eyeball, logs.requests()) if request and _is_private(request)]
    for request in private:
        tagged[_tag(request)].add(request["RequestHeaders"].get("x-user-id", ""))
    for request in private:
        headers, answer = request["RequestHeaders"], request["ResponseHeaders"]
        asks = headers.get("x-impersonate") or headers.get("x-user-id", "")
        if answer.get("x-user-id", asks) != asks or (_tag(request)[1] and len(tagged[_tag(request)]) > 1):
            yield request["RayID"]
    for request, parent in logs.requests():
        if parent and request["CacheCacheStatus"] in _FOUND and _is_private(parent) and not _is_kept(parent):
            yield parent["RayID"]


def strange_networks(logs: Logs) -> Iterator[str]:
    """Look for changes from networks that are not allowed, and for people at the API."""
    owners = {actor.id: account for account in logs.world.accounts for actor in account.people}
    with_token = {actor.id for account in logs.world.accounts for actor in account.tokens}
    roaming = {actor.id for each in logs.world.accounts for actor in (*each.people, *each.tokens) if actor.roaming}
    for record in (*logs.of("audit_logs"), *logs.of("audit_logs_v2")):
        actor = record["ActorID"]
        api = record.get("Interface") == "API" or record.get("ActorContext") in ("api_token", "api_key")
        known = ip_network(owners[actor].api if api else OFFICE)
        where = ip_address(record.get("ActorIP") or record["ActorIPAddress"])
        if actor not in roaming and (where not in known or (api and actor not in with_token)):
            yield record.get("ID") or record["AuditLogID"]


def failures(logs: Logs) -> Iterator[str]:
    """Look for invocations that ended in an exception, or took long."""
    for event in logs.of("workers_trace_events"):
        if event["Outcome"] == "exception" or event["WallTimeMs"] > 600:
            yield event["Event"]["RayID"]


def printed_secrets(logs: Logs) -> Iterator[str]:
    """Look for what secrets stand in consoles and exceptions: words of much chance."""
    for event in logs.of("workers_trace_events"):
        for word in re.split(r"[\s=:/@]+", _console(event)):
            if (
                len(word) >= 20
                and re.search(r"[0-9]", word)
                and re.search(r"[A-Za-z]", word)
                and not word.endswith(".example")
            ):
                yield event["Event"]["RayID"]


def lost_logs(logs: Logs) -> Iterator[str]:
    """Look for zones whose log, else full, holds nothing for an hour and a half or more; yields their names."""
    filled: defaultdict[str, set[int]] = defaultdict(set)
    for request, _ in logs.requests():
        filled[request["ZoneName"]].add(_pane(request["EdgeStartTimestamp"]))
    for zone, panes in filled.items():
        ordered = [*sorted(panes), (logs.scenario.start + logs.scenario.length) // 300]
        longest = max((later - sooner for sooner, later in pairwise(ordered)), default=0)
        if longest >= _LONG and len(panes) >= _KNOWN and len(panes) >= _FULL * (ordered[-1] - ordered[0] - longest):
            yield zone


SIGNS: Mapping[str, Sign] = {
    "I1": strange_hosts,
    "I2": foreign_credentials,
    "I3": refusals,
    "I4": mixed_up_users,
    "I5": strange_networks,
    "I6": failures,
    "I7": printed_secrets,
    "I8": lost_logs,
}


def hashes(logs: Logs, dataset: str) -> set[str]:
    """Return the hashes of all credentials, cookies and printed words in a dataset."""
    found: set[str] = set()
    for record in logs.of(dataset):
        headers = record.get("headers") or record.get("RequestHeaders") or {}
        found |= {key_hash(headers.get("authorization", "")), *map(key_hash, record.get("Cookies", {}).values())}
        found |= {key_hash(pair.partition("=")[2]) for pair in headers.get("cookie", "").split("; ")}
        if dataset == "workers_trace_events":
            found |= {key_hash(word) for word in re.split(r"[\s=:/@]+", _console(record))}
            found |= {key_hash(word) for word in _console(record).split()}
    return found


def _console(event: Record) -> str:
    texts = [text for log in event["Logs"] for text in log["Message"]]
    return "\n".join((*texts, *(each["Message"] for each in event["Exceptions"])))


def _is_allowed(host: str, allowed: set[str]) -> bool:
    return any(fnmatchcase(host, pattern) for pattern in allowed)


def _made_up(address: str) -> bool:
    """Tell whether an address is of those kept for documentation, which stand for public ones here."""
    return address.startswith(("198.51.100.", "203.0.113."))


def _eyeball(pair: tuple[Record, Record | None]) -> Record | None:
    return None if pair[1] else pair[0]


def _is_private(request: Record) -> bool:
    mine = request["ClientRequestPath"].startswith(("/account/", "/api/v2/me/"))
    return mine and bool(request["EdgeResponseStatus"] == 200 and request["EdgeResponseBodyBytes"] > 2)


def _is_kept(request: Record) -> bool:
    """Tell whether a cache may keep an answer, for each user its own."""
    return bool(request["ClientRequestPath"] == LISTS)


def _tag(request: Record) -> tuple[str, str]:
    return request["ZoneName"], request["ResponseHeaders"].get("etag", "")


def _pane(moment: int | str) -> int:
    second = datetime.fromisoformat(moment).timestamp() if isinstance(moment, str) else moment / SECOND
    return int(second // 300)
