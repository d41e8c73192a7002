"""A record of any dataset: with a secret wherever its fields can hold one, or with nothing to hide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from redactors.base import RECORDS_PREFIX
from redactors.datasets import Dataset

Record = dict[str, Any]

SECRET = "q7ZkV2mXw9LrT4cN8bYs"
TIMESTAMP = "2026-03-02T09:14:00Z"

SENSITIVE: Mapping[str, Any] = {
    "url": "https://www.shop.example/en-us/cart?session={}&page=2#access_token={}",
    "query": "?session={}&page=2",
    "path": "/account/reset-password/{}",
    "headers": {"accept": "*/*", "authorization": "Bearer {}", "cookie": "session={}; lang=en", "x-shop": "{}"},
    "cookies": {"session": "{}", "lang": "{}"},
    "credential": "{}",
    "identity": "{}",
    "email": "{}@mail.example",
    "ip": "203.0.113.77",
    "ip.infrastructure": "198.51.100.7",
    "ip.actor": "192.0.2.9",
    "geo": "50.11550",
    "text": "sent password={} to the log",
    "text.user_agent": "internal-sync/1.4 (api_key={})",
    "body": "name=ada&password={}",
    "object": {"id": 9_007_199_254_740_993, "password": "{}", "note": "api_key={}", "inner": [{"token": "{}"}]},
    "host": "www.shop.example",
    "safe.list": ["plain"],
}
"""What a field of a class holds when there is something to hide; `{}` stands for the secret."""

CLEAN: Mapping[str, Any] = {
    "url": "https://www.shop.example/en-us/products/linen-shirt",
    "query": "",
    "path": "/en-us/products/linen-shirt",
    "headers": {"accept": "*/*", "content-type": "text/html", "etag": 'W/"33a64df5"'},
    "cookies": {},
    "credential": "",
    "identity": "",
    "email": "",
    "ip": "203.0.113.0",
    "ip.infrastructure": "198.51.100.7",
    "ip.actor": "192.0.2.9",
    "geo": "Berlin",
    "text": "All is well.",
    "text.user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "body": "",
    "object": {"id": 9_007_199_254_740_993, "note": "All is well.", "flags": [True, None, 0.5]},
    "host": "www.shop.example",
    "safe.list": ["plain"],
}
"""What a field of a class holds when it should leave as it came."""

_SENSITIVE_SHAPES: Mapping[tuple[str, str], Any] = {
    ("workers_trace_events", "Event"): {
        "RayID": "8f3c2b1a9d7e6f50",
        "Request": {"URL": SENSITIVE["url"], "Method": "GET", "Headers": SENSITIVE["headers"]},
        "Response": {"Status": 200},
    },
    ("workers_trace_events", "Logs"): [
        {"Level": "log", "Message": [SENSITIVE["text"], 7, SENSITIVE["object"]], "TimestampMs": 1_772_442_840_000},
        {"level": "log", "message": '{"event":"paid","apiKey":"{}"}', "timestampMs": 1_772_442_840_001},
        {"Level": "warn", "Message": ['{"event":"paid","apiKey":"{}", <<<Logpush: messages truncated>>>']},
    ],
    ("workers_trace_events", "Exceptions"): [
        {"Name": "AuthError", "Message": "sent Authorization: Bearer {}", "Stack": "at fetch (worker.js:9:3)"},
        {"name": "Error", "message": "GET https://shop.example/?session={}", "TimestampMs": 1},
    ],
    ("audit_logs", "NewValue"): {"destination_conf": "https://siem.example/in?header_Authorization=Basic%20{}&tags=a"},
    ("gateway_http", "AddedHeaders"): ["X-Tenant-Key: {}"],
    ("dex_application_tests", "HTTPResponseHeaders"): [{"name": "Set-Cookie", "value": "session={}; Path=/"}],
    ("sinkhole_http_logs", "Headers"): "Host: sink.example\nAuthorization: Basic {}\nX-Key: {}",
    ("biso_user_actions", "Metadata"): '{"clipboard":{"password":"{}"}}',
    ("firewall_events", "Metadata"): {"type": "customer", "token": "{}"},
}
"""What some fields hold that their class alone does not tell."""

_CLEAN_SHAPES: Mapping[tuple[str, str], Any] = {
    ("workers_trace_events", "Logs"): [{"Level": "log", "Message": ["ready", 7], "TimestampMs": 1_772_442_840_000}],
    ("workers_trace_events", "Exceptions"): [],
    ("gateway_http", "AddedHeaders"): ["Accept: */*"],
    ("dex_application_tests", "HTTPResponseHeaders"): [{"name": "Content-Type", "value": "text/html"}],
    ("sinkhole_http_logs", "Headers"): "Host: sink.example\nAccept: */*",
    ("biso_user_actions", "Metadata"): '{"clipboard":{"length":7}}',
}

_LISTS = frozenset(
    """AlertReasons AuthoritativeNameServerIPs CC CCName CNAMEs CNAMEsReversed DownloadedFileNames Links
    DownloadMatchedDlpProfileEntries DownloadMatchedDlpProfiles InitialResolvedIPs MatchedIndicatorFeedNames
    QueryIndicatorFeedNames Reasons ResolvedIPs SMTPEnvelopeTo ScriptTags TemporaryAccessApprovers To ToName
    UploadMatchedDlpProfileEntries UploadMatchedDlpProfiles UploadedFileNames""".split()
)
_OBJECT_BODIES = frozenset({("ai_gateway_events", "Metadata"), ("zaraz_events", "Body")})
_SAFE: tuple[tuple[tuple[str, ...], Any], ...] = (
    (("timestampms",), 1_772_442_840_000),
    (("timestampnanos", "responsetime"), 1_772_442_840_000_000_001),
    (("timestamp", "datetime", "when", "createdat", "starttime", "endtime"), TIMESTAMP),
    (("allowed", "cached", "enabled", "passed", "success", "used", "subrequest", "toggled"), True),
    (("statuscode", "responsecode", "status", "bytes", "size", "length", "count"), 200),
    (("ms", "port", "score", "asn", "percentage", "ratio"), 42),
    (("rayid", "ray_id"), "8f3c2b1a9d7e6f50"),
    (("ids",), ["b0c6c2d1e9f84a7fa3d5e1f2a4b6c8d0"]),
    (("id",), "1e7519b3-08e2-441d-ae10-7c8c6d3b7e17"),
    (("s",), ["plain"]),
    (("",), "plain"),
)
"""What a safe field holds, by how its name ends: a number, a truth, an id or a word."""


def sample_record(dataset: Dataset, secret: str = SECRET) -> Record:
    """Make a record with every field of the dataset, and the secret in every place where one can be expected."""
    record = {name: _value(dataset, name, label, SENSITIVE, _SENSITIVE_SHAPES) for name, label in _flat(dataset)}
    made: Record = _planted(record, secret)
    return made | {name: [dict(made)] for name in dataset.fields.keys() - record.keys()}


def clean_record(dataset: Dataset) -> Record:
    """Make a record with every field of the dataset that must come out of redaction as it went in."""
    record = {name: _value(dataset, name, label, CLEAN, _CLEAN_SHAPES) for name, label in _flat(dataset)}
    made: Record = _planted(record, "")
    return made | {name: [dict(made)] for name in dataset.fields.keys() - record.keys()}


def _flat(dataset: Dataset) -> list[tuple[str, str]]:
    return [(name, label) for name, label in dataset.fields.items() if not label.startswith(RECORDS_PREFIX)]


def _value(
    dataset: Dataset, name: str, label: str, by_class: Mapping[str, Any], shapes: Mapping[tuple[str, str], Any]
) -> object:
    if (dataset.name, name) in shapes:
        return shapes[dataset.name, name]
    if label == "safe":
        return next(value for ends, value in _SAFE if name.lower().endswith(ends))
    if (dataset.name, name) in _OBJECT_BODIES:
        return by_class["object"] if by_class is SENSITIVE else None
    return [by_class[label]] if name in _LISTS else by_class[label]


def _planted(value: Any, secret: str) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        return value.replace("{}", secret)
    if isinstance(value, list):
        return [_planted(each, secret) for each in value]
    if isinstance(value, dict):
        return {key: _planted(each, secret) for key, each in value.items()}
    return value
