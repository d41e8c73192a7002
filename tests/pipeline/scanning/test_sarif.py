"""Hits as SARIF: what the published schema of 2.1.0 demands of the parts that are written."""

from __future__ import annotations

import json
import re
from typing import Any

from pipeline.scanning.sarif import to_sarif
from pipeline.scanning.scan import Hit, Position

HITS = [
    ("dist/app.js", Hit("github-token", "active", Position(1, 10), Position(1, 50), 40, "")),
    (
        "a b/ä.env",
        Hit("generic-key", "active", Position(3, 1), Position(4, 2), 20, "[generic-key~KQ.AAAAAAAAAAAAAAAABBBB]"),
    ),
    ("/srv/app.js", Hit("github-token", "active", Position(2, 1), Position(2, 41), 40, "")),
]
FAMILIES = {"github-token": "code_hosts", "generic-key": "generic", "jwt": "generic"}


def _log(*errors: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(to_sarif(HITS, FAMILIES, errors)))
    return made


def test_a_log_has_what_the_schema_demands() -> None:
    log = _log("x: Permission denied")
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("/sarif-schema-2.1.0.json")
    assert log.keys() <= {"$schema", "version", "runs"}
    (run,) = log["runs"]
    assert run["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints")
    driver = run["tool"]["driver"]
    assert driver["name"]
    ids = [rule["id"] for rule in driver["rules"]]
    assert ids == sorted(set(ids)) == ["generic-key", "github-token"]
    for rule in driver["rules"]:
        assert rule["shortDescription"]["text"]
        assert rule["help"]["text"]
        assert rule["defaultConfiguration"]["level"] == "error"
        assert len(set(rule["properties"]["tags"])) == len(rule["properties"]["tags"])
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    (note,) = invocation["toolExecutionNotifications"]
    assert (note["level"], note["message"]["text"]) == ("error", "x: Permission denied")


def test_a_run_without_errors_was_successful() -> None:
    assert _log()["runs"][0]["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]


def test_every_result_has_what_the_schema_demands() -> None:
    (run,) = _log()["runs"]
    assert len(run["results"]) == len(HITS)
    for result, (_, hit) in zip(run["results"], HITS, strict=True):
        assert result["message"]["text"]
        assert result["level"] in ("none", "note", "warning", "error")
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == hit.rule
        (location,) = result["locations"]
        physical = location["physicalLocation"]
        region = physical["region"]
        assert (region["startLine"], region["startColumn"]) == (hit.start.line, hit.start.column)
        assert (region["endLine"], region["endColumn"]) == (hit.end.line, hit.end.column)
        assert min(region.values()) >= 1
        assert re.fullmatch(r"(?:file:///)?[A-Za-z0-9._~/%-]+", physical["artifactLocation"]["uri"])
        assert "snippet" not in region


def test_paths_are_uris() -> None:
    uris = [
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in _log()["runs"][0]["results"]
    ]
    assert uris == ["dist/app.js", "a%20b/%C3%A4.env", "file:///srv/app.js"]


def test_a_mark_is_told_where_there_is_one() -> None:
    marks = [result.get("properties") for result in _log()["runs"][0]["results"]]
    assert marks == [None, {"mark": HITS[1][1].mark}, None]
