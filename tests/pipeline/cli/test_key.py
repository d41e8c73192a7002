"""`edgesieve key`: rings are made and rotated, and secrets are found behind their marks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.program import RAW, Edgesieve


def test_a_secret_is_found_behind_its_mark_and_another_is_not(edgesieve: Edgesieve, key: Path) -> None:
    mark = edgesieve("key", "fingerprint", "--key-file", key, stdin=b"Bearer s3cr3t\n").stdout.decode().strip()
    assert mark.startswith("[credential~")
    yes = edgesieve("key", "lookup", mark, "--key-file", key, stdin=b"s3cr3t")
    no = edgesieve("key", "lookup", mark, "--key-file", key, stdin=b"another")
    assert [(run.returncode, run.stdout) for run in (yes, no)] == [(0, b"yes\n"), (1, b"no\n")]


def test_a_retired_key_still_looks_up(edgesieve: Edgesieve, key: Path) -> None:
    old = edgesieve("key", "fingerprint", "--key-file", key, stdin=b"s3cr3t").stdout.decode().strip()
    assert edgesieve("key", "rotate", key).returncode == 0
    new = edgesieve("key", "fingerprint", "--key-file", key, stdin=b"s3cr3t").stdout.decode().strip()
    assert old != new
    assert edgesieve("key", "lookup", old, "--key-file", key, stdin=b"s3cr3t").returncode == 0


def test_a_key_file_is_closed_to_others_and_never_overwritten(edgesieve: Edgesieve, key: Path) -> None:
    before = key.read_bytes()
    run = edgesieve("key", "new", key)
    assert (run.returncode, key.read_bytes(), key.stat().st_mode & 0o777) == (74, before, 0o600)
    assert b"exists; right would be another name" in run.stderr


def test_a_key_file_that_others_can_read_is_refused(edgesieve: Edgesieve, key: Path) -> None:
    key.chmod(0o644)
    run = edgesieve("redact", "--key-file", key, stdin=RAW)
    assert (run.returncode, run.stdout) == (78, b"")
    assert run.stderr.decode().strip().endswith(f"right would be: chmod 600 {key}")


def test_the_content_of_a_wrong_key_file_is_never_shown(edgesieve: Edgesieve, key: Path) -> None:
    key.write_text("edgesieve key ring 1\nactive c4n4ry\n")
    run = edgesieve("redact", "--key-file", key, stdin=RAW)
    assert run.returncode == 78
    assert b"c4n4ry" not in run.stderr


def _scoped(key: Path, scope: str, more: str = "") -> str:
    path = key.with_name("edge.toml")
    path.write_text(f"[key]\nfile = '{key.name}'\nscope = '{scope}'\n{more}")
    return path.name


ADDRESSES = {
    "the address": ("203.0.113.77", "203.0.113.77", 0),
    "another address": ("203.0.113.77", "203.0.113.78", 1),
    "an address of the same /64": ("2001:db8:1:2:3::4", "2001:DB8:1:2:0:9:9:9", 0),
    "an address of another /64": ("2001:db8:1:2:3::4", "2001:db8:1:3::4", 1),
}


@pytest.mark.parametrize(("address", "asked", "code"), ADDRESSES.values(), ids=ADDRESSES.keys())
def test_an_address_is_found_behind_its_encrypted_mark(
    edgesieve: Edgesieve, key: Path, address: str, asked: str, code: int
) -> None:
    config = _scoped(key, "global", "[redact]\nip = 'encrypt'")
    raw = json.dumps({"ClientIP": address, "RayID": "8a1b2c3d4e5f6071", "EdgeStartTimestamp": 1}).encode()
    mark = json.loads(edgesieve("redact", "--config", config, stdin=raw).stdout)["ClientIP"]
    assert mark.startswith("[ip-encrypted~")
    run = edgesieve("key", "lookup", mark, "--config", config, stdin=f"{asked}\n".encode())
    assert (run.returncode, run.stdout) == (code, b"no\n" if code else b"yes\n")
    assert edgesieve("key", "lookup", mark, "--config", config, stdin=b"no address").returncode == 2


def test_a_tenant_has_marks_of_its_own(edgesieve: Edgesieve, key: Path) -> None:
    config = _scoped(key, "zone")
    raw = b'{"ZoneName":"shop.example","RequestHeaders":{"authorization":"Bearer s3cr3t"},"RayID":"8a1b2c3d4e5f6071"}'
    ours = [*("--config", config), *("--tenant", "shop.example")]
    mark = edgesieve("key", "fingerprint", *ours, stdin=b"s3cr3t").stdout.strip()
    assert mark in edgesieve("redact", "--config", config, "--dataset", "http_requests", stdin=raw).stdout
    assert edgesieve("key", "lookup", mark.decode(), *ours, stdin=b"s3cr3t").returncode == 0
    others = [*("--config", config), *("--tenant", "other.example")]
    assert edgesieve("key", "lookup", mark.decode(), *others, stdin=b"s3cr3t").returncode == 1


TENANTS = {
    "no tenant where each has marks of its own": ("zone", [], "the key's scope is zone: "),
    "a tenant where none has marks of its own": ("global", ["--tenant", "a"], "--tenant: the key's scope is global"),
}


@pytest.mark.parametrize("words", [["fingerprint"], ["lookup", "[credential~KQ.7M2XW4QJ5T3RLB6A5XHQ]"]], ids=str)
@pytest.mark.parametrize(("scope", "tenant", "message"), TENANTS.values(), ids=TENANTS.keys())
def test_a_tenant_is_named_where_there_are_tenants_and_nowhere_else(
    edgesieve: Edgesieve, key: Path, words: list[str], scope: str, tenant: list[str], message: str
) -> None:
    run = edgesieve("key", *words, "--config", _scoped(key, scope), *tenant, stdin=b"s3cr3t")
    assert (run.returncode, run.stdout) == (2, b"")
    assert run.stderr.decode().startswith(f"edgesieve: key {words[0]}: {message}")


def test_a_mark_of_which_the_ring_can_say_nothing_is_no_no(edgesieve: Edgesieve, key: Path) -> None:
    mark = edgesieve("key", "fingerprint", "--key-file", key, stdin=b"s3cr3t").stdout.decode().strip()
    wrong = mark[:-2] + ("A" if mark[-2] != "A" else "B") + "]"
    run = edgesieve("key", "lookup", wrong, "--key-file", key, stdin=b"s3cr3t")
    assert (run.returncode, run.stdout) == (78, b"")
    assert run.stderr.startswith(b"edgesieve: the last four letters of MARK do not fit the rest; right would be ")
    at = mark.index("~") + 1
    strange = mark[:at] + ("AA" if mark[at : at + 2] != "AA" else "BB") + mark[at + 2 :]
    run = edgesieve("key", "lookup", strange, "--key-file", key, stdin=b"s3cr3t")
    assert (run.returncode, run.stdout) == (78, b"")
    assert b"which is not in this ring; right would be the ring that made it" in run.stderr
