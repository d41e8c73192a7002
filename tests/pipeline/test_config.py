"""The configuration: what is right is taken, and each fault is named by file, line, key and what would be right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from pipeline.base import MIB, Limits
from pipeline.cache import Cache
from pipeline.config import load
from pipeline.config_model import LATER
from pipeline.settings import Settings, from_plain, to_plain
from redactors.base import ConfigurationError
from redactors.policy import PROFILES, Policy

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return a function that writes a configuration and returns its path."""

    def write_text(text: str, name: str = "edge.toml") -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text)
        return path

    return write_text


def _load(path: Path) -> Settings:
    return load(path, Cache(None))


def _refused(path: Path) -> str:
    with pytest.raises(ConfigurationError) as caught:
        _load(path)
    return str(caught.value).replace(f"{path.parent}/", "")


def test_an_empty_file_means_the_defaults(write: Write) -> None:
    settings = _load(write(""))
    assert settings.policy == Policy()
    assert settings.limits == Settings().limits
    assert settings.key_file is settings.rules_extra is None


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_is_where_choices_start_from(write: Write, name: str) -> None:
    assert _load(write(f'[redact]\nprofile = "{name}"')).policy == PROFILES[name]


def test_every_key_of_the_contract_reaches_the_policy(write: Write, tmp_path: Path) -> None:
    settings = _load(
        write("""
[key]
file = "edgesieve.key"
scope = "zone"
[redact]
profile = "strict"
query = "params"
params_keep = ["page", "sort"]
path_templates = ["/r/{secret}"]
ip = "mark"
unknown = "scrub"
personal = false
cookies_keep = ["lang"]
headers_keep = ["x-shop-region"]
geo = "drop"
identity = "keep"
email = "drop"
rules_disabled = ["a"]
rules_shadow = ["b"]
rules_allow = { "generic-key" = ["^test_"] }
rules_extra = "rules.d"
[redact.datasets.http_requests.fields]
MyField = "text"
Nested = "records.http_requests"
[identity]
request = ["RequestHeaders.x-user-id"]
response = ["ResponseHeaders.x-user-id"]
session_cookies = ["session"]
impersonation = ["RequestHeaders.x-impersonate"]
[limits]
body_bytes = "256MiB"
inflated_bytes = 1000
line_bytes = "16MiB"
""")
    )
    assert settings.policy == Policy(
        profile="strict",
        query="params",
        params_keep=("page", "sort"),
        path_templates=("/r/{secret}",),
        ip="mark",
        unknown="scrub",
        personal=False,
        cookies_keep=("lang",),
        headers_keep=("x-shop-region",),
        geo="drop",
        identity="keep",
        email="drop",
        user_agent="family",
        rules_disabled=("a",),
        rules_shadow=("b",),
        rules_allow={"generic-key": ("^test_",)},
        field_classes={"http_requests": {"MyField": "text", "Nested": "records.http_requests"}},
        identity_request=("RequestHeaders.x-user-id", "RequestHeaders.x-impersonate"),
        identity_response=("ResponseHeaders.x-user-id",),
        session_cookies=("session",),
        scope="zone",
    )
    assert settings.limits == Limits(body_bytes=256 * MIB, inflated_bytes=1000, line_bytes=16 * MIB)
    assert settings.key_file == tmp_path / "edgesieve.key"
    assert settings.rules_extra == tmp_path / "rules.d"


NO_SIZE = 'not a size; right would be a number of bytes, or one with a unit: "256MiB", "1GB"'
FAULTS = {
    "a key that does not exist": (
        "[redact]\n\nqurey = 'strip'",
        "edge.toml:3: redact.qurey: unknown key; right would be query",
    ),
    "a table that does not exist": ("[redcat]\nx = 1", "edge.toml:1: redcat: unknown key; right would be redact"),
    "a key like no other": (
        "[key]\nzzz = 1",
        "edge.toml:2: key.zzz: unknown key; right would be one of file, scope",
    ),
    "a word that is none of the choice's": (
        "[redact]\nip = 'hunter2'",
        "edge.toml:2: redact.ip: unknown word; right would be one of keep, truncate, mark, encrypt, drop",
    ),
    "a string for a list": (
        "[redact]\ncookies_keep = 'hunter2'",
        "edge.toml:2: redact.cookies_keep: wrong type; right would be a list",
    ),
    "a number in a list of strings": (
        "[redact]\ncookies_keep = [\n  'a',\n  7,\n]",
        "edge.toml:2: redact.cookies_keep[1]: wrong type; right would be a string",
    ),
    "a string for a truth": (
        "[redact]\npersonal = 'true'",
        "edge.toml:2: redact.personal: wrong type; right would be true or false",
    ),
    "a value for a table": ("key = 'hunter2'", "edge.toml:1: key: wrong type; right would be a table"),
    "a size without a number": (
        "[limits]\nline_bytes = 'big'",
        f"edge.toml:2: limits.line_bytes: {NO_SIZE}",
    ),
    "a size that is a truth": (
        "[limits]\nbody_bytes = true",
        f"edge.toml:2: limits.body_bytes: {NO_SIZE}",
    ),
    "a line longer than any may be": (
        "[limits]\nline_bytes = '17MiB'",
        "edge.toml:2: limits.line_bytes: more than a line may have; right would be 16MiB at most",
    ),
    "a header without its field": (
        "[identity]\nrequest = ['x-user-id']",
        "edge.toml:2: identity.request[0]: not a header of a field; right would be FIELD.header-name, as in ",
    ),
    "a field that holds no headers": (
        "[identity]\nimpersonation = ['RequestHeader.x-user-id']",
        "edge.toml:2: identity.impersonation[0]: no dataset has headers in this field; right would be RequestHeaders",
    ),
    "a template that marks nothing": (
        "[redact]\npath_templates = [\n'/r/{secret}', '/r/x']",
        "edge.toml:2: redact.path_templates[1]: marks no segment; right would begin with / and have {secret} as a",
    ),
    "a template without its slash": (
        "[redact]\npath_templates = ['r/{secret}']",
        "edge.toml:2: redact.path_templates[0]: no path; right would begin with / and have {secret} as a",
    ),
    "a template with another word in braces": (
        "[redact]\npath_templates = ['/r/{token}']",
        "edge.toml:2: redact.path_templates[0]: a segment in braces that is not {secret}; right would begin with /",
    ),
    "a template with half a segment in braces": (
        "[redact]\npath_templates = ['/r/id-{secret}']",
        "edge.toml:2: redact.path_templates[0]: a segment in braces that is not {secret}; right would begin with /",
    ),
    "a key in a dataset's table": (
        "[redact.datasets.dns_logs]\nfeilds = {}",
        "edge.toml:2: redact.datasets.dns_logs.feilds: unknown key; right would be fields",
    ),
    "a section of a later version": (
        "[key]\n[[sealed]]\nto = 'x'",
        "edge.toml:2: sealed: comes with a later version of edgesieve; right would be to leave it out for now",
    ),
    "no TOML": ("[key]\nfile = \n", "edge.toml:2: not TOML: Invalid value"),
    "no TOML at the very end": ("[key]\nfile", "edge.toml:2: not TOML: Expected '=' after a key in a key/value pair"),
    "an include that does not exist": (
        "include = ['a.toml']",
        "edge.toml:1: include[0]: no such file; right would be a file or a glob relative to ",
    ),
}


@pytest.mark.parametrize(("text", "message"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_named_by_file_line_key_and_what_would_be_right(write: Write, text: str, message: str) -> None:
    told = _refused(write(text))
    assert told.startswith(message)
    assert "hunter2" not in told, "a value stands in an error"


def test_headers_of_a_user_are_found_in_a_field_that_the_user_says_holds_headers(write: Write) -> None:
    text = "[redact.datasets.dns_logs.fields]\nMine = 'headers'\n[identity]\nrequest = ['Mine.x-user']"
    assert _load(write(text)).policy.identity_request == ("Mine.x-user",)


def test_an_unknown_field_class_is_told_all_that_exist(write: Write) -> None:
    told = _refused(write("[redact.datasets.dns_logs.fields]\nA = 'safe'\nB = 'secure'"))
    assert told.startswith(
        "edge.toml:3: redact.datasets.dns_logs.fields.B: unknown field class; right would be one of url, "
    )


def test_every_fault_is_told_not_only_the_first(write: Write) -> None:
    told = _refused(write("[redact]\nip = 1\n[key]\nscope = 'x'\nfil = 'y'\n[sealed]"))
    assert [line.split(": ")[0] for line in told.splitlines()] == [f"edge.toml:{line}" for line in (2, 4, 5, 6)]


def test_faults_on_one_line_are_told_one_by_one(write: Write) -> None:
    told = _refused(write("redact = { ip = 'x', geo = 'y' }"))
    assert [line.split(": ")[1] for line in told.splitlines()] == ["redact.geo", "redact.ip"]


@pytest.mark.parametrize("section", LATER)
def test_a_section_whose_part_does_not_exist_yet_is_refused(write: Write, section: str) -> None:
    assert "comes with a later version" in _refused(write(f"[{section}]"))


def test_bytes_that_are_not_utf8_are_refused(write: Write) -> None:
    path = write("")
    path.write_bytes(b"[key]\nfile = '\xff'")
    assert _refused(path) == "edge.toml: byte 14 is not UTF-8; right would be a TOML file in UTF-8"


def test_included_files_are_merged(write: Write, tmp_path: Path) -> None:
    write("[redact]\nip = 'drop'\n[redact.datasets.dns_logs.fields]\nB = 'url'", "zones.d/b.toml")
    write("[redact.datasets.dns_logs.fields]\nA = 'text'", "zones.d/a.toml")
    settings = _load(write("include = ['zones.d/*.toml']\n[redact]\nquery = 'params'"))
    assert (settings.policy.ip, settings.policy.query) == ("drop", "params")
    assert settings.policy.field_classes == {"dns_logs": {"A": "text", "B": "url"}}
    assert settings.where(("redact", "ip")) == f"{tmp_path}/zones.d/b.toml:2: redact.ip"


def test_a_fault_in_an_included_file_is_named_by_that_file(write: Write) -> None:
    write("\n[redact]\nipp = 'drop'", "more.toml")
    assert _refused(write("include = ['more.toml']\n[redact]\nip = 'drop'")).startswith("more.toml:3: redact.ipp: ")


def test_a_key_set_in_two_files_is_refused(write: Write) -> None:
    write("[redact]\nip = 'drop'", "more.toml")
    told = _refused(write("include = ['more.toml']\n\n[redact]\nip = 'drop'"))
    assert told == "edge.toml:4 and more.toml:2: redact.ip: set twice; right would be one of them"


def test_an_include_that_matches_nothing_is_empty(write: Write) -> None:
    assert _load(write("include = ['zones.d/*.toml']")).policy == Policy()


def test_an_include_inside_an_include_is_refused(write: Write) -> None:
    write("include = ['b.toml']", "a.toml")
    told = _refused(write("include = ['a.toml']"))
    assert told == "a.toml:1: include: an included file cannot include; right would be in edge.toml alone"


def test_a_second_reading_is_taken_from_the_cache_until_a_byte_changes(write: Write, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    write("[redact]\nip = 'keep'", "more.toml")
    path = write("include = ['more.toml']")
    first = load(path, cache)
    assert (load(path, cache).policy, len(list((tmp_path / "cache").iterdir()))) == (first.policy, 1)
    write("[redact]\nip = 'drop'", "more.toml")
    assert load(path, cache).policy.ip == "drop"


def test_what_a_file_says_survives_json() -> None:
    policy = Policy(cookies_keep=("a",), rules_allow={"x": ("y", "z")}, field_classes={"dns_logs": {"A": "text"}})
    assert from_plain(to_plain(policy, Limits())) == (policy, Limits())


def test_a_run_without_a_file_sets_no_bound_on_its_own_files() -> None:
    assert asdict(Settings().limits) == asdict(Limits()) | {"body_bytes": None, "inflated_bytes": None}
