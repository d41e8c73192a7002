"""Lines of requests at the edge: an exchange's own, and those of the calls that its Worker made."""

from __future__ import annotations

from pipeline.simulator.asked import asked
from pipeline.simulator.base import Call, Exchange
from pipeline.simulator.clock import rfc3339
from pipeline.simulator.measures import IN_REQUEST
from pipeline.simulator.world import Zone

_CALL_BYTES, _HEADER_BYTES = 640, 700
_FOUND = frozenset({"hit", "stale", "updating", "revalidated"})
"""What `CacheCacheStatus` says where the cache had the answer."""


def request_lines(x: Exchange, zone: Zone) -> list[str]:
    """Return the lines of an exchange in the log of requests, the eyeball's first."""
    calls = [_call(x, number, call, zone) for number, call in enumerate(x.calls) if call.logged]
    if zone.merged:
        return [f'{_eyeball(x, zone)},"Subrequests":[{",".join(calls)}]}}']
    return [_eyeball(x, zone) + "}", *calls]


def call_ray(x: Exchange, number: int) -> str:
    """Return the id of a call of an exchange."""
    return f"{int(x.ray, 16) + (number + 1) * 0x1000_0001 & 0xFFFF_FFFF_FFFF_FFFF:016x}"


def _eyeball(x: Exchange, zone: Zone) -> str:
    route, client = x.route, x.client
    begun, ended = x.at, x.at + x.took * 1_000_000
    found = x.cache in _FOUND
    origin = "" if route.script or found else "198.51.100.10"
    seen_there = (429 if x.limiter == "origin" else 0) if route.script else 0 if found or x.measure else x.status
    headers = client.headers
    if x.impersonates:
        headers += f',"x-impersonate":"{x.impersonates}"'
    return (
        f'{client.seen},"Cookies":{client.cookies}{route.asked},'
        f"{IN_REQUEST[x.measure]},{_times(begun, ended, zone)},"
        f'"CacheCacheStatus":"{x.cache}",'
        f'"CacheResponseBytes":{x.size if found else 0},"CacheResponseStatus":{x.status if found else 0},'
        f'"ClientRequestBytes":{900 + len(x.query)},"ClientRequestPath":"{x.path}","ClientRequestReferer":"",'
        f'"ClientRequestURI":"{x.path}{x.query}","ClientSrcPort":{1024 + x.size % 60_000},'
        f'"EdgeResponseBodyBytes":{x.size},"EdgeResponseBytes":{x.size + _HEADER_BYTES},'
        f'"EdgeResponseStatus":{x.status},'
        f'"EdgeServerIP":"{client.edge}","EdgeTimeToFirstByteMs":{x.took},"OriginIP":"{origin}",'
        f'"OriginResponseBytes":0,"OriginResponseDurationMs":{x.took if seen_there else 0},'
        f'"OriginResponseStatus":{seen_there},"RayID":"{x.ray}","RequestHeaders":{headers}}},'
        f'"ResponseHeaders":{_answer(x)},"WorkerCPUTime":{x.size & 4095 if route.script else 0},'
        f'"WorkerSubrequestCount":{len(x.calls)},"WorkerWallTimeUs":{x.took * 1000 if route.script else 0}'
    )


def _call(x: Exchange, number: int, call: Call, zone: Zone) -> str:
    begun = x.at + (number + 1) * 3_000_000
    headers = f'"authorization":"{call.authorization}"' if call.authorization else ""
    if call.cookie:
        headers += f'{"," if headers else ""}"cookie":"{call.cookie}"'
    path, _, query = call.path.partition("?")
    found = call.cache in _FOUND
    origin = "" if found else call.origin
    return (
        f'{x.client.seen},"Cookies":{{}}{_asked(x, call, zone)},'
        f'{IN_REQUEST[""]},{_times(begun, begun + x.took * 900_000, zone)},"CacheCacheStatus":"{call.cache}",'
        f'"CacheResponseBytes":{x.size if found else 0},"CacheResponseStatus":{call.status if found else 0},'
        f'"ClientRequestBytes":{_CALL_BYTES},"ClientRequestPath":"{path}","ClientRequestReferer":"",'
        f'"ClientRequestURI":"{path}{"?" if query else ""}{query}","ClientSrcPort":0,'
        f'"EdgeResponseBodyBytes":{x.size},"EdgeResponseBytes":{x.size + _HEADER_BYTES},'
        f'"EdgeResponseStatus":{call.status},'
        f'"EdgeServerIP":"{x.client.edge}","EdgeTimeToFirstByteMs":{x.took},"OriginIP":"{origin}",'
        f'"OriginResponseBytes":{x.size if origin else 0},"OriginResponseDurationMs":{x.took if origin else 0},'
        f'"OriginResponseStatus":{call.status if origin else 0},"RayID":"{call_ray(x, number)}",'
        f'"RequestHeaders":{{{headers}}},"ResponseHeaders":{{"content-type":"application/json"}},"WorkerCPUTime":0,'
        f'"WorkerSubrequestCount":0,"WorkerWallTimeUs":0}}'
    )


def _asked(x: Exchange, call: Call, zone: Zone) -> str:
    return asked(
        call.host, x.route.method, x.route.script, zone.name, "application/json", x.ray, call.scheme, call.source
    )


def _times(begun: int, ended: int, zone: Zone) -> str:
    if zone.seconds:
        return f'"EdgeStartTimestamp":"{rfc3339(begun)}","EdgeEndTimestamp":"{rfc3339(ended)}"'
    return f'"EdgeStartTimestamp":{begun},"EdgeEndTimestamp":{ended}'


def _answer(x: Exchange) -> str:
    answer = f'{{"content-type":"{x.route.content_type}"'
    if x.etag:
        answer += f',"etag":"\\"{x.etag}\\""'
    if x.answered:
        answer += f',"cache-control":"private, no-store","x-user-id":"{x.answered}"'
    return answer + "}"
