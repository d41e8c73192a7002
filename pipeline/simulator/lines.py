"""Lines that an exchange leaves in other logs: trace of its Worker, security event, access logs of backends, egress."""

from __future__ import annotations

import orjson

from pipeline.simulator.base import Call, Exchange
from pipeline.simulator.clock import rfc3339, rfc3339_ms
from pipeline.simulator.measures import MEASURES
from pipeline.simulator.requests import call_ray
from pipeline.simulator.world import Zone

_MS = 1_000_000
_STACK = "    at handle (worker.js:88:5)\n    at async fetch (worker.js:9:3)"


def trace_line(x: Exchange, zone: Zone) -> str:
    """Return the line of the Worker's invocation."""
    route, moment = x.route, x.at // _MS
    version = x.version or zone.versions[route.script][0]
    logs = ",".join([_log(level, text, moment + 1 + index) for index, (level, text) in enumerate(x.console)])
    thrown = ""
    if x.failure:
        name, message = x.failure
        thrown = _json({"Name": name, "Message": message, "Stack": _STACK, "TimestampMs": moment + x.took})
    return (
        f'{{"CPUTimeMs":{x.size & 15},"DispatchNamespace":"","Entrypoint":"","Event":{{"RayID":"{x.ray}","Request":'
        f'{{"URL":"https://{route.host}{x.path}{x.query}","Method":"{route.method}"}},"Response":{{"Status":{x.status}}}}},'
        f'"EventTimestampMs":{moment},"EventType":"fetch","Exceptions":[{thrown}],"Logs":[{logs}],'
        f'"Outcome":"{"exception" if thrown else "ok"}","ScriptName":"{route.script}","ScriptTags":["env:production"],'
        f'"ScriptVersion":{{"ID":"{version}","Message":"","Tag":""}},"WallTimeMs":{x.took}}}'
    )


def security_line(x: Exchange, zone: Zone) -> str:
    """Return the event of the security product that acted."""
    measure, client = MEASURES[x.measure], x.client
    return _json(
        {
            "Action": measure.action,
            "ClientASN": client.network,
            "ClientASNDescription": "",
            "ClientCountry": client.country,
            "ClientIP": client.ip,
            "ClientIPClass": "noRecord",
            "ClientRefererHost": "",
            "ClientRefererPath": "",
            "ClientRefererQuery": "",
            "ClientRefererScheme": "",
            "ClientRequestHost": x.route.host,
            "ClientRequestMethod": x.route.method,
            "ClientRequestPath": x.path,
            "ClientRequestProtocol": "HTTP/1.1",
            "ClientRequestQuery": x.query,
            "ClientRequestScheme": "https",
            "ClientRequestUserAgent": client.agent,
            "Datetime": rfc3339(x.at),
            "Description": measure.description,
            "EdgeColoCode": client.colo,
            "EdgeResponseStatus": x.status,
            "Kind": "firewall",
            "MatchIndex": 0,
            "Metadata": {"ruleset_version": "83", "type": "customer"},
            "OriginResponseStatus": 0,
            "OriginatorRayID": "00",
            "RayID": x.ray,
            "Ref": "",
            "RuleID": measure.rule,
            "Source": measure.source.lower(),
            "ZoneName": zone.name,
        }
    )


def backend_line(x: Exchange, number: int, call: Call, zone: Zone) -> str:
    """Return the line of a call in the access log of the backend that it reached."""
    client, skew = x.client, call.service.skew if call.service else 0
    headers = f'"accept":"*/*","cf-worker":"{zone.name}","x-forwarded-for":"{client.ip}"'
    if call.authorization:
        headers += f',"authorization":"{call.authorization}"'
    if call.cookie:
        headers += f',"cookie":"{call.cookie}"'
    return (
        f'{{"time":"{rfc3339_ms(x.at + (number + 1) * 5 * _MS + skew)}","service":"{call.host}","host":"{call.host}",'
        f'"method":"{x.route.method}","uri":"{call.path}","status":{call.status},"bytes":{x.size},'
        f'"duration_ms":{x.took * 3 // 4},"remote_addr":"{client.edge}","headers":{{{headers}}},'
        f'"ray_id":"{call_ray(x, number)}"}}'
    )


def egress_line(x: Exchange, number: int, call: Call) -> str:
    """Return the line of a call in the log of the proxy through which it went."""
    url = _json(call.url or f"{call.scheme}://{call.host}{call.path}")
    return (
        f'{{"time":"{rfc3339_ms(x.at + (number + 1) * 5 * _MS)}","service":"egress","script":"{x.route.script}",'
        f'"method":"{x.route.method}","url":{url},"status":{call.status},"ray_id":"{call_ray(x, number)}"}}'
    )


def _log(level: str, text: str, moment: int) -> str:
    return _json({"Level": level, "Message": [text], "TimestampMs": moment})


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
