"""`edgesieve explain`: what a user sees of one record, and what nobody must see."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest

from pipeline.base import DEAD_REASONS
from pipeline.cli.reasons import DEAD
from pipeline.explaining.deeds import ACTIONS
from tests.laws.stage import lines
from tests.program import RAW, Edgesieve

RECORD = {
    "RayID": "8a1b2c3d4e5f6071",
    "ClientIP": "203.0.113.77",
    "ClientRequestURI": "/reset/c4n4ryc4n4ry1?token=c4n4ry",
    "ClientRequestHost": "c4n4ry.shop.example",
    "RequestHeaders": {"authorization": "Bearer c4n4ry", "cookie": "sid=c4n4ry; lang=c4n4ry", "accept": "c4n4ry/*"},
    "Cookies": {"q7ZkV2mXw9LrT4cN8bYs": "c4n4ry"},
    "Extra": '{"apiKey":"c4n4ry","note":"c4n4ry"}',
    "WorkerScriptName": "",
    "EdgeResponseStatus": 200,
}


def test_a_record_is_explained_field_by_field(edgesieve: Edgesieve) -> None:
    run = edgesieve("explain", stdin=lines(RECORD))
    assert (run.returncode, run.stderr) == (0, b"")
    head, _, table = run.stdout.decode().partition("\n\n")
    assert [line.split()[0] for line in head.splitlines()] == ["record", "dataset", "policy", "marks", "outcome"]
    assert head.splitlines()[-1].startswith("outcome   leaves: 14 values, 6 kept, ")
    titles, *rows = (line.split() for line in table.splitlines())
    assert titles == ["field", "class", "action", "length", "by", "why"]
    assert [row[:3] for row in rows] == [
        ["RayID", "safe", "kept"],
        ["ClientIP", "ip", "truncated"],
        ["ClientRequestURI", "url", "marked"],
        ["ClientRequestHost", "host", "kept"],
        ["RequestHeaders.authorization", "headers", "marked"],
        ["RequestHeaders.cookie.sid", "headers", "marked"],
        ["RequestHeaders.cookie.lang", "headers", "marked"],
        ["RequestHeaders.accept", "headers", "kept"],
        ["Cookies.[cookie].(name)", "cookies", "marked"],
        ["Cookies.[cookie]", "cookies", "marked"],
        ["Extra.{json}.apiKey", "unknown", "marked"],
        ["Extra.{json}.note", "unknown", "kept"],
        ["WorkerScriptName", "safe", "kept"],
        ["EdgeResponseStatus", "safe", "kept"],
    ]
    assert "a session, by its name" in table
    assert "query removed" in table
    assert "12 → 11" in table


@pytest.mark.parametrize("config", ["", "profile = 'strict'", "profile = 'forensic'\nunknown = 'drop'"])
@pytest.mark.parametrize("form", [[], ["--json"]], ids=["table", "json"])
def test_no_value_is_shown_kept_or_not(
    edgesieve: Edgesieve, tmp_path: Path, key: Path, config: str, form: list[str]
) -> None:
    (tmp_path / "edge.toml").write_text(f"[redact]\n{config}")
    record = RECORD | {"q7ZkV2mXw9LrT4cN8bYs": "c4n4ry", "\x1b[2J\u202e": "c4n4ry"}
    run = edgesieve("explain", "--config", "edge.toml", "--key-file", key, *form, stdin=lines(record))
    assert run.returncode == 0
    for secret in (b"c4n4ry", b"q7ZkV2mX", b"203.0.113.77", b"\x1b", "\u202e".encode()):
        assert secret not in run.stdout + run.stderr


def test_json_says_the_same_for_programs(edgesieve: Edgesieve, key: Path) -> None:
    run = edgesieve("explain", "--json", "--key-file", key, stdin=lines(RECORD))
    told = json.loads(run.stdout)
    assert (told["record"], told["dataset"], told["profile"], told["outcome"], told["reason"]) == (
        "stdin:1", "http_requests", "standard", "redacted", None
    )  # fmt: skip
    assert len(told["key"]) == 2
    fields = {field.pop("path"): field for field in told["fields"]}
    assert fields["RequestHeaders.cookie.sid"] == {
        "class": "headers",
        "type": "string",
        "action": "marked",
        "length": 6,
        "length_after": 33,
        "by": ["headers"],
        "marks": {"[session~…]": 1},
        "removed": [],
        "shadow": [],
        "why": "a session, by its name",
    }


TOKEN = "ghp_" + "a1B2c3D4e5" * 3 + "f6G7h8"


def test_a_secret_rule_is_named_with_its_family(edgesieve: Edgesieve, tmp_path: Path) -> None:
    raw = lines(RECORD | {"WorkerScriptName": TOKEN})
    row = next(line for line in edgesieve("explain", stdin=raw).stdout.decode().splitlines() if "WorkerScript" in line)
    assert row.split(maxsplit=8)[3:] == ["40", "→", "14", "rule", "github-token", row.split(maxsplit=8)[-1]]
    assert row.endswith("rule github-token of code_hosts; found by the last look at what leaves")
    (tmp_path / "edge.toml").write_text("[redact]\nrules_shadow = ['github-token']")
    text = edgesieve("explain", "--config", "edge.toml", stdin=raw).stdout.decode()
    assert "rule github-token hits, but is in shadow: it only counts" in text


def test_what_a_name_gives_away_is_not_said_of_a_rule(edgesieve: Edgesieve) -> None:
    raw = lines(RECORD | {"MatchedRules": {"email": "c4n4ry@shop.example", "note": "to c4n4ry@shop.example"}})
    told = {field["path"]: field for field in json.loads(edgesieve("explain", "--json", stdin=raw).stdout)["fields"]}
    assert [told[f"MatchedRules.{name}"]["by"] for name in ("email", "note")] == [["object"], ["rule email"]]
    assert told["MatchedRules.email"]["why"] == "an e-mail address"
    assert told["MatchedRules.note"]["why"].startswith("rule email of personal")


def test_the_first_record_is_explained_or_the_one_that_is_asked_for(edgesieve: Edgesieve, tmp_path: Path) -> None:
    raw = b"\n" + RAW + b"{no\n" + RAW.replace(b"ClientIP", b"OriginIP")
    for name, data in (("raw.log", raw), ("raw.log.gz", gzip.compress(raw))):
        (tmp_path / name).write_bytes(data)
        first, fourth = edgesieve("explain", name), edgesieve("explain", name, "--record", "4")
        assert first.stdout.startswith(f"record    {name}:2\n".encode())
        assert fourth.stdout.startswith(f"record    {name}:4\n".encode())
        assert (b"ClientIP " in first.stdout, b"OriginIP " in fourth.stdout) == (True, True)


def test_records_of_other_forms_are_explained_by_their_place(edgesieve: Edgesieve) -> None:
    one = RAW.rstrip(b"\n")
    run = edgesieve(
        "explain", "--record", "2", stdin=b"[" + one + b",\n" + one.replace(b"ClientIP", b"OriginIP") + b"]"
    )
    assert run.stdout.startswith(b"record    stdin:2\n")
    assert b"OriginIP " in run.stdout


SOURCES = """
[[source]]
kind = "files"
path = "*.csv"
dataset = "http_requests"
columns = ["RayID", "visitor", "ClientRequestURI"]
rename = { visitor = "ClientIP" }
"""


def test_columns_and_names_are_those_of_the_configuration(edgesieve: Edgesieve, tmp_path: Path) -> None:
    (tmp_path / "edge.toml").write_text(SOURCES)
    (tmp_path / "raw.csv").write_text("8a1b2c3d4e5f6071,203.0.113.77,/a?token=c4n4ry\n")
    run = edgesieve("explain", "raw.csv", "--config", "edge.toml", "--json")
    fields = {field["path"]: (field["class"], field["action"]) for field in json.loads(run.stdout)["fields"]}
    assert fields == {"RayID": ("safe", "kept"), "visitor": ("ip", "truncated"), "ClientRequestURI": ("url", "cut")}


def test_a_record_that_stays_behind_is_explained_and_exits_65(edgesieve: Edgesieve) -> None:
    for raw, reason in ((b'{"c4n4ry', "not_json"), (b'{"c4n4ry":1}', "unrecognised")):
        run = edgesieve("explain", stdin=raw)
        assert (run.returncode, run.stderr) == (65, b"")
        assert f"outcome   stays behind: {reason}: " in run.stdout.decode()
        assert json.loads(edgesieve("explain", "--json", stdin=raw).stdout)["reason"] == reason
        assert b"c4n4ry" not in run.stdout
    assert edgesieve("explain", "--dataset", "generic", stdin=b'{"x":1}').returncode == 0


WRONG = {
    "no such line": (["--record", "3"], 2, "explain: there is no record 3, or it is a blank line; right would be"),
    "no record": (["--dataset", "dns"], 2, "explain: --dataset: no dataset has this name"),
    "no such file": (["none.log"], 74, "none.log: No such file or directory"),
    "a folder": (["."], 74, ".: Is a directory"),
}


@pytest.mark.parametrize(("arguments", "code", "message"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_one_line(edgesieve: Edgesieve, arguments: list[str], code: int, message: str) -> None:
    run = edgesieve("explain", *arguments, stdin=RAW)
    assert (run.returncode, run.stdout) == (code, b"")
    assert run.stderr.decode().startswith(f"edgesieve: {message}")


def test_an_empty_input_holds_no_record(edgesieve: Edgesieve) -> None:
    run = edgesieve("explain", stdin=b" \n\n")
    assert run.returncode == 2
    assert b"the input holds no record" in run.stderr


def test_a_terminal_gets_colours_and_a_pipe_none(edgesieve: Edgesieve) -> None:
    shown = edgesieve("explain", stdin=RAW, FORCE_COLOR="1", TERM="xterm-256color", COLUMNS="200").stdout
    assert b"\x1b[33m" in shown
    assert b"truncated" in shown
    assert b"\x1b" not in edgesieve("explain", stdin=RAW).stdout


def test_every_reason_of_a_dead_letter_has_words() -> None:
    assert DEAD.keys() == set(DEAD_REASONS)


def test_every_action_and_every_key_of_the_json_is_in_the_docs(edgesieve: Edgesieve) -> None:
    text = (Path(__file__).parents[3] / "docs" / "explain.md").read_text()
    assert re.findall(r"(?m)^\| `([a-z ]+)` \| ", text.partition("### Actions")[2].partition("###")[0]) == list(ACTIONS)
    told = json.loads(edgesieve("explain", "--json", stdin=RAW).stdout)
    for key in (*told, *told["fields"][0]):
        assert f"`{key}`" in text, key
