"""Hits as SARIF 2.1.0 (OASIS, Static Analysis Results Interchange Format), which code hosts and editors read. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from pipeline import __version__
from pipeline.scanning.scan import Hit

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_HELP = "Take it out of the file, make it void where it was issued, and keep the new one in a secret store."


def to_sarif(hits: Sequence[tuple[str, Hit]], families: Mapping[str, str], errors: Sequence[str]) -> dict[str, Any]:
    """Return the log of one run: hits by path, the families of rules by id, and what could not be read."""
    ids = sorted({hit.rule for _, hit in hits})
    notes = [{"level": "error", "message": {"text": error}} for error in errors]
    run = {
        "tool": {
            "driver": {
                "name": "edgesieve",
                "version": __version__,
                "rules": [_rule(each, families[each]) for each in ids],
            }
        },
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": not errors, "toolExecutionNotifications": notes}],
        "results": [_result(path, hit, ids.index(hit.rule)) for path, hit in hits],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(name: str, family: str) -> dict[str, Any]:
    return {
        "id": name,
        "shortDescription": {"text": f"A secret that the rule {name} knows"},
        "help": {"text": _HELP},
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": ["security", "secret", family]},
    }


def _result(path: str, hit: Hit, index: int) -> dict[str, Any]:
    region = {
        "startLine": hit.start.line,
        "startColumn": hit.start.column,
        "endLine": hit.end.line,
        "endColumn": hit.end.column,
    }
    result: dict[str, Any] = {
        "ruleId": hit.rule,
        "ruleIndex": index,
        "level": "error",
        "message": {"text": f"A secret of {hit.length} characters, found by the rule {hit.rule}."},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": _uri(path)}, "region": region}}],
    }
    if hit.mark:
        result["properties"] = {"mark": hit.mark}
    return result


def _uri(path: str) -> str:
    """Write a path as a URI, relative where the path is.

    >>> _uri("a b/ä.env"), _uri("/tmp/x"), _uri("a:b")
    ('a%20b/%C3%A4.env', 'file:///tmp/x', 'a%3Ab')
    """
    return ("file://" if path.startswith("/") else "") + quote(path.encode("utf-8", "surrogateescape"))
