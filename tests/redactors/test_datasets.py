"""Dataset descriptions: complete, without contradiction, recognised by path and fields, refused with clear words."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from redactors.base import FIELD_CLASSES, ConfigurationError
from redactors.datasets import SAFETY, Catalogue, Dataset, dataset_files, load_catalogue, parse_dataset

CATALOGUE = load_catalogue()
SHARED = Path(__file__).parents[3] / "shared"
"""Facts and samples that lie beside a checkout, where there are any; they are not part of the project."""

needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="needs the reference of log formats beside the repository"
)

FIELD_COUNTS = """
access_requests 15, account_abuse_protection_events 19, ai_gateway_events 10, audit_logs 15, audit_logs_v2 23,
backend/egress 7, backend/requests 43, biso_user_actions 9, casb_findings 12, device_posture_results 18,
dex_application_tests 76,
dex_device_state_events 60, dlp_forensic_copies 8, dns_firewall_logs 19, dns_logs 9, email_security_alerts 27,
email_security_post_delivery_events 21, firewall_events 45, gateway_dns 80, gateway_http 63, gateway_network 34,
http_requests 130, ipsec_logs 7, magic_bgp_logs 6, magic_ids_detections 12, mcp_portal_logs 19, mnm_flow_logs 24,
nel_reports 7, network_analytics_logs 84, page_shield_events 10, sinkhole_http_logs 17, spectrum_events 31,
ssh_logs 18, turnstile_events 13, warp_config_changes 12, warp_toggle_changes 9, websocket_analytics 36,
workers_trace_events 13, zaraz_events 7, zero_trust_network_sessions 43
"""

MINIMAL = """
title = "Made up"
scope = "any"
time = "when"
recognise = ["what"]
path_hints = ["made_up"]
[fields]
safe = ["when", "what"]
[roles]
ray = "what.id"
"""


def reference() -> dict[str, dict[str, Any]]:
    """Return the fields of each dataset of the reference, both scopes and old names together."""
    found: dict[str, dict[str, Any]] = {}
    for entry in json.loads((SHARED / "reference/logpush_datasets.json").read_text())["datasets"]:
        fields = found.setdefault(entry["dataset"], {})
        for field in entry["fields"] + entry.get("legacy_fields_seen_in_records", []):
            fields[field["name"]] = field
    return found


def samples() -> list[tuple[str, Path]]:
    """Return the Cloudflare sample files with the dataset that their folder names."""
    known = CATALOGUE.names()
    return [
        (each.parent.name, each) for each in sorted(SHARED.glob("samples/*/*/*.ndjson")) if each.parent.name in known
    ]


@needs_shared
def test_every_field_of_the_reference_has_a_class() -> None:
    missing = {
        (name, field) for name, fields in reference().items() for field in fields.keys() - CATALOGUE[name].fields
    }
    assert not missing
    assert set(CATALOGUE.names()) == {*reference(), "backend/egress", "backend/requests"}


@needs_shared
def test_no_field_is_listed_that_the_reference_does_not_have() -> None:
    extra = {(name, field) for name, fields in reference().items() for field in CATALOGUE[name].fields.keys() - fields}
    assert not extra


SCALARS = dict.fromkeys(("int", "float", "bool", "int or string"), "safe") | {"array[int]": "safe.list"}
SAFE = {"safe", "safe.list"}
HARMLESS = {None, "header_names", "fingerprint"}
LOOK_INSIDE_OR_DROP = {"object", "headers", "cookies", "body", "records.http_requests"}
RULES: tuple[tuple[str, Callable[[dict[str, Any], str], bool]], ...] = (
    ("numbers and booleans are safe", lambda field, label: label == SCALARS.get(field["type"], label)),
    ("what is called sensitive is not", lambda field, label: field.get("sensitivity") in HARMLESS or label not in SAFE),
    ("objects are looked into", lambda field, label: "object" not in field["type"] or label in LOOK_INSIDE_OR_DROP),
)


@needs_shared
@pytest.mark.parametrize("holds", [rule for _, rule in RULES], ids=[words for words, _ in RULES])
def test_classes_agree_with_types_and_sensitivities_of_the_reference(holds: Callable[..., bool]) -> None:
    fields = [(name, field) for name, fields in reference().items() for field in fields.values()]
    assert not [(name, each["name"]) for name, each in fields if not holds(each, CATALOGUE[name].fields[each["name"]])]


@needs_shared
@pytest.mark.parametrize(("name", "path"), samples(), ids=lambda value: getattr(value, "stem", value))
def test_a_sample_record_is_recognised_as_its_folder_says(name: str, path: Path) -> None:
    for line in path.read_bytes().splitlines():
        found = CATALOGUE.recognise(orjson.loads(line))
        assert found is not None
        assert found.name == name


def test_every_dataset_has_as_many_fields_as_was_counted() -> None:
    words = FIELD_COUNTS.replace(",", " ").split()
    counted = dict(zip(words[::2], map(int, words[1::2]), strict=True))
    assert {name: len(CATALOGUE[name].fields) for name in CATALOGUE.names()} == counted


def test_every_class_is_known_and_has_its_place_in_the_order_of_safety() -> None:
    classes = {label for name in CATALOGUE.names() for label in CATALOGUE[name].fields.values()}
    assert classes - set(FIELD_CLASSES) == {"records.http_requests"}
    assert set(SAFETY) == {*FIELD_CLASSES, "records"}


def test_every_dataset_is_recognised_by_its_own_fields() -> None:
    for name in CATALOGUE.names():
        assert CATALOGUE.recognise(CATALOGUE[name].fields) is CATALOGUE[name]


def test_every_dataset_is_found_by_its_own_name_in_a_path() -> None:
    for name in CATALOGUE.names():
        found = CATALOGUE.by_path(f"raw/{name}/20260101/20260101T000000Z_20260101T000030Z_6af03489.log.gz")
        assert found is CATALOGUE[name]


def test_no_two_datasets_share_a_path_hint() -> None:
    hints = Counter(hint for name in CATALOGUE.names() for hint in CATALOGUE[name].path_hints)
    assert max(hints.values()) == 1


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("raw/http_requests/20260101/x.log.gz", "http_requests"),
        ("http-requests.ndjson", "http_requests"),
        ("RAW/HTTP_Requests/x", "http_requests"),
        ("zone-7_dns_logs_2026.ndjson.gz", "dns_logs"),
        ("gateway_dns_logs/x.log.gz", "gateway_dns"),
        ("audit_logs_v2/x.log.gz", "audit_logs_v2"),
        ("audit_logs/v2.log.gz", "audit_logs"),
        ("backend/http_requests/x", "http_requests"),
        ("backend/requests/x", "backend/requests"),
        ("xhttp_requests/y", None),
        ("http/requests/y", None),
        ("20260101/20260101T000000Z_20260101T000030Z_6af03489.log.gz", None),
        ("", None),
    ],
)
def test_the_longest_hint_among_whole_words_of_a_path_wins(path: str, name: str | None) -> None:
    found = CATALOGUE.by_path(path)
    assert (found.name if found else None) == name


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["RayID", "ClientIP", "EdgeStartTimestamp"], "http_requests"),
        (["RayID", "ClientRequestQuery", "RuleID"], "firewall_events"),
        (["Logs", "Exceptions"], "workers_trace_events"),
        (["RayID", "new1", "new2"], "http_requests"),
        (["RayID", "new1", "new2", "new3"], None),
        (
            ["time", "service", "host", "method", "uri", "status", "remote_addr", "headers", "ray_id"],
            "backend/requests",
        ),
        (["clientIP", "rayId", "coloCode", "timestampStartNanos"], "websocket_analytics"),
        (["proxy", "deploymentId", "host", "id", "source", "message", "projectName"], None),
        (["nothing", "known"], None),
        ([], None),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else str(value),
)
def test_most_fields_matched_wins_and_a_third_must_match(names: list[str], expected: str | None) -> None:
    found = CATALOGUE.recognise(names)
    assert (found.name if found else None) == expected


@pytest.mark.parametrize(
    ("names", "hint", "expected"),
    [
        ("QueryName SourceIP ResponseCached QueryTCP QueryDO", "dns_logs", "dns_logs"),
        ("QueryName SourceIP ResponseCached QueryTCP QueryDO ClusterID", "dns_logs", "dns_firewall_logs"),
        ("QueryName SourceIP ResponseCached ClientResponseCode QueryRD", "dns_logs", "dns_logs"),
        ("QueryName ResponseCachedStale ClientResponseCode QueryRD QuerySize", "dns_logs", "dns_firewall_logs"),
        ("ColoCode Timestamp", "nel_reports", "nel_reports"),
        ("RayID ClientIP RuleID Kind Datetime", "http_requests", "firewall_events"),
        ("unknown", "dns_logs", None),
    ],
)
def test_a_hint_wins_if_half_as_good_as_the_best_and_not_against_what_tells_the_best_apart(
    names: str, hint: str, expected: str | None
) -> None:
    found = CATALOGUE.recognise(names.split(), CATALOGUE[hint])
    assert (found.name if found else None) == expected


def test_a_mixed_file_is_recognised_record_by_record_in_spite_of_its_path() -> None:
    hint = CATALOGUE["http_requests"]
    for name in ("firewall_events", "workers_trace_events", "audit_logs", "dns_logs"):
        assert CATALOGUE.recognise(CATALOGUE[name].fields, hint) is CATALOGUE[name]


def test_equally_good_datasets_merge_to_the_safest_class_of_each_field() -> None:
    first = _made_up("b", {"x": "text", "y": "safe", "z": "records.a"})
    second = _made_up("a", {"x": "credential", "y": "host", "z": "safe", "other": "ip"})
    both = Catalogue({"b": first, "a": second})
    found = both.recognise(["x", "y", "z"])
    assert found is not None
    assert found.name == "a"
    assert found.fields == {"x": "credential", "y": "host", "z": "records.a", "other": "ip"}
    assert both.recognise(["x", "y", "z"], first) is first


def test_a_catalogue_survives_the_cache_unchanged() -> None:
    text = CATALOGUE.to_json()
    back = Catalogue.from_json(text)
    assert [back[name] for name in back.names()] == [CATALOGUE[name] for name in CATALOGUE.names()]
    assert back.to_json() == text


def test_a_wrong_name_is_refused_with_the_nearest_names() -> None:
    with pytest.raises(ConfigurationError, match="http_requests"):
        CATALOGUE["http_request"]


def test_nested_records_of_no_known_dataset_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="dataset a: x holds records of no known dataset; right would be a"):
        Catalogue({"a": _made_up("a", {"x": "records.b"})})


def test_a_minimal_dataset_is_read() -> None:
    assert parse_dataset("own/log", MINIMAL.encode()) == Dataset(
        name="own/log",
        title="Made up",
        scope="any",
        time="when",
        recognise=frozenset({"what"}),
        path_hints=("made_up",),
        fields={"when": "safe", "what": "safe"},
        roles={"ray": "what.id"},
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("title =", "titel =", "titel: no such key; right would be one of title, time"),
        ('scope = "any"', "", "scope: missing; right would be a string"),
        ('scope = "any"', "scope = 3", "scope: of the wrong type; right would be a string"),
        ('scope = "any"', 'scope = "all"', "scope: no such scope; right would be one of zone, account, both, any"),
        ('time = "when"', 'time = "wen"', "time: wen is no field of this dataset; right would be when"),
        ('["what"]', '["whta"]', "recognise: whta is no field of this dataset; right would be what"),
        ('["made_up"]', "[1]", "path_hints: of the wrong type; right would be a list of strings"),
        ("safe =", "save =", "fields.save: no such field class; right would be safe"),
        ('["when", "what"]', '"when"', "fields.safe: of the wrong type; right would be a list of field names"),
        ('["when", "what"]', '["when", "what", "when"]', "fields.safe: when is listed twice"),
        ("[fields]", '[fields]\ntext = ["what"]', "what is listed twice; right would be one class for each field"),
        ("ray =", "rays =", "roles.rays: no such role; right would be"),
        ('"what.id"', '"wht.id"', "roles.ray: wht.id is no field of this dataset; right would be what"),
        ('"what.id"', "7", "roles.ray: of the wrong type; right would be a field, a list of fields or a table"),
        ('"what.id"', '{ field = "what", els = "" }', "roles.ray.els: no such key; right would be else"),
        ('"what.id"', '{ field = "wht" }', "roles.ray: wht is no field"),
        ("[fields]", "[fields", "not TOML in UTF-8"),
    ],
)
def test_a_wrong_dataset_is_refused_with_file_key_and_what_is_right(old: str, new: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_dataset("own/log", MINIMAL.replace(old, new).encode())
    assert str(caught.value).startswith("datasets/own/log.toml: ")
    assert message in str(caught.value)


def test_a_dataset_of_the_home_folder_is_named_by_its_file() -> None:
    with pytest.raises(ConfigurationError, match=r"^datasets/cloudflare/http_requests\.toml: "):
        parse_dataset("http_requests", b"\xff")


def test_every_file_goes_by_the_name_of_its_dataset() -> None:
    assert tuple(dataset_files()) == CATALOGUE.names()


def _made_up(name: str, fields: dict[str, str]) -> Dataset:
    return replace(parse_dataset("own/log", MINIMAL.encode()), name=name, recognise=frozenset(), fields=fields)
