"""Makes the raw logs of `edgesieve demo`, always the same: `python -m tests.data.make_demo` writes them anew."""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from pipeline.simulator.agents import user_agents
from pipeline.simulator.tokens import uuid
from tests.bench.generate import STACK, Record, fill_request, setting
from tests.bench.ingredients import Route, Visitor, visitor
from tests.data.story import ATTACKS, AUDIT, BROWSED, CONSOLE, EXCEPTIONS, ODD, VISITS, fill

FOLDER = Path(__file__).parents[2] / "pipeline" / "demo"
SEED = 20_260_302
START_NS = 1_772_442_840_000_000_000
SECOND_NS = 1_000_000_000
STAMP = "20260302T091400Z_20260302T092000Z"
ACCOUNT = "32b2a1f04d1c4f0c9f6f5f1d0d6a7e11"


def demo_files() -> dict[str, bytes]:
    """Return the raw logs by their place in the demo's folder, before compression."""
    rng = random.Random(SEED)  # noqa: S311 - repeatable data is the point; no secret hangs on it
    requests = list(_requests(rng))
    eyeball = [each for each in requests if each["ClientRequestSource"] == "eyeball"]
    made = {
        f"http_requests/{STAMP}_6af03489.log.gz": requests,
        f"firewall_events/{STAMP}_0b6c1d27.log": list(_firewall_events(rng, eyeball)),
        f"workers_trace_events/{STAMP}_9e41d2aa.log": list(_trace_events(rng, eyeball)),
        f"audit_logs/{STAMP}_51c7e0f3.log": list(_audit_logs(rng)),
        f"gateway_http/{STAMP}_c2d9b815.log": list(_gateway_http(rng)),
        "backend/requests/orders-20260302T09.ndjson": list(_backend_requests(rng, requests)),
    }
    return {name: b"".join(map(_line, records)) for name, records in made.items()}


def write_demo(folder: Path) -> None:
    """Write the raw logs; those named `.gz` are compressed."""
    for name, data in demo_files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(data, mtime=0) if name.endswith(".gz") else data)


def _line(record: Record) -> bytes:
    return orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)


def _requests(rng: random.Random) -> Iterator[Record]:
    """Tell of visitors, and of the requests that a Worker made for them."""
    visitors = [visitor(rng, user_agents()[::7]) for _ in range(14)]
    for number in range(44):
        host, path, query, method, status = VISITS[number % len(VISITS)]
        who, what = rng.choice(visitors), Route(host, fill(path, rng), fill(query, rng))
        answer = {"EdgeResponseStatus": status, "EdgeResponseContentType": _content_type(path)}
        record = setting(rng) | answer | {"ClientRequestMethod": method}
        fill_request(record, rng, START_NS + number * 8 * SECOND_NS, who, what)
        if number % 7 == 3:
            _plant(record, rng, number // 7)
        yield record
        if "/v2/" in path and status != 403:
            yield _subrequest(rng, record, who)


def _content_type(path: str) -> str:
    if path.endswith((".js", ".pdf")):
        return "application/javascript" if path.endswith(".js") else "application/pdf"
    return "application/json" if path.startswith("/v2/") else "text/html; charset=utf-8"


def _plant(record: Record, rng: random.Random, number: int) -> None:
    inside, field, form = ODD[number % len(ODD)]
    (record[inside] if inside else record)[field] = fill(form, rng)


def _subrequest(rng: random.Random, parent: Record, who: Visitor) -> Record:
    what = Route("orders.origin.shop.example", f"/v1/orders/{rng.getrandbits(26)}", "?expand=items")
    worker = {"ClientRequestSource": "edgeWorkerFetch", "WorkerSubrequest": True, "WorkerScriptName": "shop-api"}
    record = setting(rng) | worker | {"ParentRayID": parent["RayID"], "EdgeResponseStatus": 200}
    fill_request(record, rng, parent["EdgeStartTimestamp"] + SECOND_NS // 50, who, what)
    record["RequestHeaders"] |= {
        "authorization": parent["RequestHeaders"]["authorization"],
        "cf-worker": "shop.example",
    }
    return record


def _firewall_events(rng: random.Random, requests: list[Record]) -> Iterator[Record]:
    for number, request in enumerate(requests):
        query, description, action = ATTACKS[number % len(ATTACKS)]
        limited = action == "managed_challenge"
        yield {
            "Action": action,
            **{name: request[name] for name in ("ClientASN", "ClientCountry", "ClientIP", "ClientIPClass")},
            "ClientASNDescription": "EXAMPLE-NET",
            "ClientRefererHost": "www.shop.example",
            "ClientRefererPath": f"/{'cart' if number % 3 else fill('reset-password/<token>', rng)}",
            "ClientRefererQuery": "" if number % 2 else fill("?session=<token>", rng),
            "ClientRefererScheme": "https",
            **{name: request[name] for name in ("ClientRequestHost", "ClientRequestMethod", "ClientRequestPath")},
            "ClientRequestProtocol": "HTTP/2",
            "ClientRequestQuery": fill(query, rng),
            "ClientRequestScheme": "https",
            "ClientRequestUserAgent": request["ClientRequestUserAgent"],
            "Datetime": _rfc3339(request["EdgeStartTimestamp"]),
            "Description": description,
            "EdgeColoCode": request["EdgeColoCode"],
            "EdgeResponseStatus": 429 if limited else 403,
            "Kind": "firewall",
            "MatchIndex": 0,
            "Metadata": {"ruleset_version": "83", "type": "customer", "filter": fill("cf.session eq <token>", rng)},
            "OriginResponseStatus": 0,
            "OriginatorRayID": "00",
            "RayID": request["RayID"],
            "Ref": "",
            "RuleID": rng.randbytes(16).hex(),
            "Source": "ratelimit" if limited else "firewallmanaged",
        }


def _trace_events(rng: random.Random, requests: list[Record]) -> Iterator[Record]:
    for number, request in enumerate(requests):
        now, failed = request["EdgeStartTimestamp"] // 1_000_000, number % 9 == 4
        yield {
            "DispatchNamespace": "",
            "Entrypoint": "",
            "Event": {
                "RayID": request["RayID"],
                "Request": {
                    "URL": f"https://{request['ClientRequestHost']}{request['ClientRequestURI']}",
                    "Method": request["ClientRequestMethod"],
                },
                "Response": {"Status": 500 if failed else request["EdgeResponseStatus"]},
            },
            "EventTimestampMs": now,
            "EventType": "fetch",
            "Exceptions": [_exception(rng, now, number)] if failed else [],
            "Logs": [
                {"Level": level, "Message": [fill(form, rng)], "TimestampMs": now + 1 + at}
                for at, (level, form) in enumerate((CONSOLE + CONSOLE)[number % len(CONSOLE) :][:2])
            ],
            "Outcome": "exception" if failed else "ok",
            "ScriptName": "shop-api" if number % 3 else "shop-edge",
            "ScriptTags": ["env:production"],
            "ScriptVersion": {"ID": "1e7519b3-08e2-441d-ae10-7c8c6d3b7e17", "Message": "Spring sale", "Tag": "v42"},
        }


def _exception(rng: random.Random, now: int, number: int) -> Record:
    name, message = EXCEPTIONS[number % len(EXCEPTIONS)]
    return {"Name": name, "Message": fill(message, rng), "Stack": f"{name}\n{STACK}", "TimestampMs": now + 9}


def _audit_logs(rng: random.Random) -> Iterator[Record]:
    for number in range(40):
        action, interface, resource, value = AUDIT[number % len(AUDIT)]
        key = "destination_conf" if action.startswith("logpush") else "value"
        new = {"name": resource, "enabled": True, key: fill(value, rng)} if value else {}
        old = {**new, key: fill(value, rng)} if "update" in action or "roll" in action else {}
        yield {
            "ActionResult": True,
            "ActionType": action,
            "ActorEmail": fill("<person>@shop.example", rng),
            "ActorID": rng.randbytes(16).hex(),
            "ActorIP": fill("<address>", rng),
            "ActorType": "user",
            "ID": uuid(rng),
            "Interface": interface,
            "Metadata": {"zone_name": "shop.example"} if number % 2 else {},
            "NewValue": new,
            "OldValue": old,
            "OwnerID": rng.randbytes(16).hex(),
            "ResourceID": rng.randbytes(16).hex(),
            "ResourceType": action.rpartition("_")[0] or "account",
            "When": _rfc3339(START_NS + number * 9 * SECOND_NS),
        }


def _gateway_http(rng: random.Random) -> Iterator[Record]:
    devices = [(uuid(rng), uuid(rng), fill("<person>", rng), fill("<address>", rng)) for _ in range(8)]
    for number in range(40):
        host, path, referer = BROWSED[number % len(BROWSED)]
        device, user, person, ip = rng.choice(devices)
        yield {
            "AccountID": ACCOUNT,
            "Action": "block" if number % 5 == 3 else "allow",
            "AddedHeaders": [fill("X-Tenant-Key: <base62>", rng)] if number % 4 == 0 else [],
            "BlockedFileName": "",
            "Datetime": _rfc3339(START_NS + number * 9 * SECOND_NS),
            "DestinationIP": f"198.51.100.{rng.getrandbits(8)}",
            "DestinationPort": 443,
            "DeviceID": device,
            "DeviceName": f"{person.split('.')[0].title()}'s laptop",
            "DownloadedFileNames": [f"contract-{person}.pdf"] if number % 6 == 1 else [],
            "Email": f"{person}@shop.example",
            "HTTPHost": host,
            "HTTPMethod": "GET",
            "HTTPStatusCode": 200,
            "HTTPVersion": "HTTP/2",
            "IsIsolated": False,
            "PolicyName": "Default",
            "Referer": fill(referer, rng),
            "RequestID": rng.randbytes(16).hex(),
            "SourceIP": ip,
            "SourceInternalIP": f"192.168.1.{rng.getrandbits(7)}",
            "SourcePort": 1_024 + rng.getrandbits(15),
            "URL": f"https://{host}{fill(path, rng)}",
            "UserAgent": rng.choice(user_agents()),
            "UserID": user,
        }


def _backend_requests(rng: random.Random, requests: list[Record]) -> Iterator[dict[str, Any]]:
    """Tell what the backend saw of it: the users' own tokens, which the Worker handed on."""
    for number, request in enumerate(requests[:48]):
        worker = request["WorkerSubrequest"]
        yield {
            "time": _rfc3339(request["EdgeStartTimestamp"] + SECOND_NS // 20),
            "service": "orders" if worker else "storefront",
            "host": request["ClientRequestHost"],
            "method": request["ClientRequestMethod"],
            "uri": request["ClientRequestURI"],
            "status": 500 if number % 17 == 16 else request["EdgeResponseStatus"],
            "remote_addr": request["EdgeServerIP"],
            "headers": request["RequestHeaders"] | {"x-internal-token": fill("<base62>", rng)},
            "ray_id": request["RayID"],
        }


def _rfc3339(nanoseconds: int) -> str:
    minutes, seconds = divmod(nanoseconds // SECOND_NS - START_NS // SECOND_NS, 60)
    return f"2026-03-02T09:{14 + minutes:02}:{seconds:02}Z"


if __name__ == "__main__":
    write_demo(FOLDER)
