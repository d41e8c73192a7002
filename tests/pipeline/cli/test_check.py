"""`edgesieve check`: what a configuration names must exist, and what it does is shown."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.cli.effects import is_kept
from redactors.datasets import load_catalogue
from redactors.policy import Policy
from tests.program import Edgesieve

LATER_FAULTS = {
    "a rule that does not exist": (
        "[redact]\nrules_disabled = ['github-tokn']",
        "edge.toml:2: redact.rules_disabled: no rule has this name; right would be github-t",
    ),
    "a dataset that does not exist": (
        "[redact.datasets.http_request.fields]\nA = 'text'",
        "edge.toml:1: redact.datasets.http_request: no dataset has this name; right would be http_requests",
    ),
    "a dataset inside a field that does not exist": (
        "[redact.datasets.http_requests.fields]\nA = 'records.dns'",
        "edge.toml:2: redact.datasets.http_requests.fields.A: no dataset has this name; right would be",
    ),
    "a pattern that is not RE2": (
        "[redact.rules_allow]\ngithub-token = ['(?=x)']",
        "edge.toml:1: redact.rules_allow: ",
    ),
    "a folder of rules that does not exist": (
        "[redact]\nrules_extra = 'rules.d'",
        "edge.toml:2: redact.rules_extra: rules.d is no folder; right would be a folder of rule files, NAME.toml",
    ),
    "a key file that does not exist": (
        "[key]\nfile = 'none.key'",
        "none.key: no such key file; right would be one made by `edgesieve key new none.key`",
    ),
    "a configuration that does not exist": (
        None,
        "edge.toml: no such configuration file; right would be a TOML file, as in deploy/examples/",
    ),
}


@pytest.mark.parametrize(("text", "message"), LATER_FAULTS.values(), ids=LATER_FAULTS.keys())
def test_what_a_configuration_names_must_exist(
    edgesieve: Edgesieve, tmp_path: Path, text: str | None, message: str
) -> None:
    if text is not None:
        (tmp_path / "edge.toml").write_text(text)
    run = edgesieve("check", "--config", "edge.toml")
    assert (run.returncode, run.stdout) == (78, b"")
    assert run.stderr.decode().startswith(f"edgesieve: {message}")


EVERY_KEY = """
[key]
file = "edgesieve.key"
scope = "global"

[redact]
profile = "standard"
query = "strip"
params_keep = ["page", "sort", "lang", "utm_source"]
path_templates = ["/r/{secret}", "/u/*/orders"]
ip = "truncate"
unknown = "scrub"
personal = true
cookies_keep = ["lang", "consent"]
headers_keep = ["x-shop-region"]
geo = "coarse"
identity = "mark"
email = "mark"
rules_disabled = []
rules_shadow = []
rules_allow = { "generic-key" = ["^test_"] }
rules_extra = "rules.d"
[redact.datasets.http_requests.fields]
MyField = "text"

[identity]
request = ["RequestHeaders.x-user-id"]
response = ["ResponseHeaders.x-user-id"]
session_cookies = ["session"]
impersonation = ["RequestHeaders.x-impersonate"]
"""
CONTRACT = Path(__file__).parents[4] / "shared" / "example.toml"


def _contract() -> str:
    if not CONTRACT.exists():
        pytest.skip("needs the configuration contract beside the repository")
    return CONTRACT.read_text().partition("\n[detect]")[0]


@pytest.mark.parametrize("text", [lambda: EVERY_KEY, _contract], ids=["every key", "the contract"])
def test_a_configuration_that_uses_every_key_is_right(
    edgesieve: Edgesieve, tmp_path: Path, text: Callable[[], str]
) -> None:
    (tmp_path / "edge.toml").write_text(text())
    named = tomllib.loads(text())
    assert {"key", "redact", "identity"} <= named.keys() <= {"include", "key", "redact", "identity"}
    edgesieve("key", "new", named["key"]["file"])
    (tmp_path / named["redact"]["rules_extra"]).mkdir()
    run = edgesieve("check", "--config", "edge.toml")
    assert (run.returncode, run.stderr) == (0, b"edgesieve: edge.toml: right\n")


def test_check_shows_what_happens_to_every_field(edgesieve: Edgesieve, key: Path, tmp_path: Path) -> None:
    (tmp_path / "edge.toml").write_text(
        f"[key]\nfile = '{key.name}'\n[redact]\nip = 'drop'\n[redact.datasets.dns_logs.fields]\nMine = 'url'"
    )
    run = edgesieve("check", "--config", "edge.toml", "--dataset", "dns_logs", "--all")
    assert (run.returncode, run.stderr) == (0, b"edgesieve: edge.toml: right\n")
    text = run.stdout.decode()
    fields = load_catalogue()["dns_logs"].fields
    for name in (*fields, "Mine"):
        assert re.search(rf"(?m)^    (?:.*, )?{name}(?:,|$)", text), name
    assert "\nip: [ip]\n" in text
    assert "with fingerprints by the key" in text


def test_check_counts_what_is_kept_unless_it_is_asked_for(edgesieve: Edgesieve) -> None:
    fields = load_catalogue()["dns_logs"].fields
    kept = [name for name, field_class in fields.items() if is_kept(field_class, Policy())]
    text = edgesieve("check", "--dataset", "dns_logs").stdout.decode()
    assert f"\n{len(kept)} more are kept, and scanned for secrets (--all shows them)\n" in text
    assert [name for name in kept if re.search(rf"\b{name}\b", text)] == []


WEAK = """
[redact]
params_keep = ["page"]
cookies_keep = ["lang", "sessionid"]
headers_keep = ["x-shop-region", "Authorization", "cookie"]
rules_disabled = ["github-token"]
rules_shadow = ["github-token"]
path_templates = ["/u/*/orders"]
"""


def test_choices_are_shown_and_those_that_let_secrets_through_are_warned_of(
    edgesieve: Edgesieve, tmp_path: Path
) -> None:
    (tmp_path / "edge.toml").write_text(WEAK)
    run = edgesieve("check", "--config", "edge.toml")
    assert run.returncode == 0
    block = run.stdout.decode().partition("\nYour choices, where they are not the profile's\n")[2].partition("\n\n")[0]
    lines = [line.strip() for line in block.splitlines()]
    assert [line.split()[1] for line in lines if line.startswith("warning: ")] == [
        "cookies_keep:",
        "headers_keep:",
        "headers_keep:",
        "params_keep:",
        "path_templates:",
        "rules_shadow:",
    ]
    assert "redact.cookies_keep    lang, sessionid" in lines


def test_check_without_choices_shows_none(edgesieve: Edgesieve) -> None:
    assert b"Your choices" not in edgesieve("check").stdout


@pytest.mark.parametrize("ip", ["mark", "encrypt"])
def test_check_says_what_becomes_of_addresses_without_a_key(edgesieve: Edgesieve, tmp_path: Path, ip: str) -> None:
    (tmp_path / "edge.toml").write_text(f"[redact]\nip = '{ip}'")
    run = edgesieve("check", "--config", "edge.toml")
    assert f"\nip: [ip]: no key is named to {ip} it by\n" in run.stdout.decode()


@pytest.mark.parametrize(
    ("dataset", "told"),
    [
        ("http_requests", "the zone is told by ZoneName; a record without it gets plain marks"),
        ("audit_logs", "no field of this dataset tells the zone: its marks are plain"),
    ],
)
def test_check_says_by_which_field_a_tenant_is_told(
    edgesieve: Edgesieve, key: Path, tmp_path: Path, dataset: str, told: str
) -> None:
    (tmp_path / "edge.toml").write_text(f"[key]\nfile = '{key.name}'\nscope = 'zone'")
    run = edgesieve("check", "--config", "edge.toml", "--dataset", dataset)
    assert f"\ntenant    {told}\n" in run.stdout.decode()


def test_an_unknown_dataset_is_wrong_usage_and_the_nearest_are_named(edgesieve: Edgesieve) -> None:
    for command in ("check", "redact"):
        run = edgesieve(command, "--dataset", "dns")
        assert (run.returncode, run.stdout) == (2, b"")
        right = run.stderr.decode().partition("--dataset: no dataset has this name; right would be ")[2]
        assert 1 <= len(right.replace(" or ", ", ").split(", ")) <= 3


def test_check_without_a_dataset_shows_http_requests(edgesieve: Edgesieve) -> None:
    assert b"\ndataset   http_requests: " in edgesieve("check").stdout


def test_check_prints_the_schema_for_editors(edgesieve: Edgesieve) -> None:
    schema = json.loads(edgesieve("check", "--schema").stdout)
    assert {"include", "key", "redact", "identity", "limits", "source", "detect", "zones"} <= set(schema["properties"])


def test_check_shows_what_is_said_of_logs_and_what_detectors_are_told(edgesieve: Edgesieve, tmp_path: Path) -> None:
    (tmp_path / "key.txt").write_text("s3cret")
    (tmp_path / "edge.toml").write_text(
        "[detect]\nwarm_up = '1h'\n[detect.backend_credentials]\nallow = ['secret:key.txt']\n"
        "[zones.a]\nhosts = ['a.example']\n[zones.a.outbound_hosts]\nallow = ['b.example']\n"
        "[[detect.suppress]]\nzone = 'a'\nuntil = 2027-01-31\nreason = 'move'\n"
        "[[source]]\nkind = 'files'\npath = 'x'\nsample_rate = 0.1\nredacted = true\n"
    )
    run = edgesieve("check", "--config", "edge.toml")
    shown = [line.split() for line in run.stdout.decode().splitlines() if line.startswith("  ")]
    for words in (
        ["everywhere", "detect.warm_up", "3600"],
        ["everywhere", "backend_credentials.allow", "secret:key.txt"],
        ["zone", "a", "hosts", "a.example"],
        ["zone", "a", "outbound_hosts.allow", "b.example"],
        ["everywhere", "detect.suppress", "zone", "a,", "until", "2027-01-31", "(move)"],
        ["source", "x", "sample_rate", "0.1"],
        ["source", "x", "redacted", "true"],
    ):
        assert words in shown
    assert b"s3cret" not in run.stdout + run.stderr


def test_check_refuses_what_detectors_could_not_use(edgesieve: Edgesieve, tmp_path: Path) -> None:
    (tmp_path / "edge.toml").write_text("[detect.cross_user]\nstaff = ['[identity~KQ.ABCDEFGHIJKLMNOPQRST]']\n")
    run = edgesieve("check", "--config", "edge.toml")
    assert run.returncode == 78
    assert b"edge.toml:2: detect.cross_user.staff[0]: no mark of the key ring in use" in run.stderr
