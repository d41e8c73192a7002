"""`edgesieve rules`: the program's rules and the user's own are listed, shown and proven."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.program import RAW, SAFE, Edgesieve


def test_rules_are_listed_shown_and_proven(edgesieve: Edgesieve) -> None:
    listed = edgesieve("rules", "list").stdout.decode().splitlines()
    assert listed[0].split() == ["id", "family", "state", "reference"]
    rule = listed[1].split()[0]
    assert f"id                {rule}\n" in edgesieve("rules", "show", rule).stdout.decode()
    run = edgesieve("rules", "test")
    assert (run.returncode, run.stdout.decode()) == (0, f"{len(listed) - 1} rules: {len(listed) - 1} right, 0 wrong\n")


OWN_RULE = """
[[rule]]
id = "shop-token"
reference = "our own"
token = { prefix = ["shop_tok_"], alphabet = "base62", length = 20 }
examples = ["shop_tok_0123456789abcdefghij", "%s"]
counter_examples = ["shop_tok_", "shop_tok_0123"]
"""


def _own_rule(folder: Path, example: str) -> None:
    (folder / "rules.d").mkdir()
    (folder / "rules.d" / "shop.toml").write_text(OWN_RULE % example)
    (folder / "edge.toml").write_text("[redact]\nrules_extra = 'rules.d'")


def test_a_rule_of_the_users_own_works(edgesieve: Edgesieve, tmp_path: Path) -> None:
    _own_rule(tmp_path, "x=shop_tok_abcdefghij0123456789")
    assert "shop-token" in edgesieve("rules", "list", "--config", "edge.toml").stdout.decode()
    assert edgesieve("rules", "test", "--config", "edge.toml").returncode == 0
    raw = RAW.replace(b"8a1b2c3d4e5f6071", b"shop_tok_abcdefghij0123456789")
    run = edgesieve("redact", "--config", "edge.toml", stdin=raw)
    assert (run.returncode, run.stdout) == (0, SAFE.replace(b"8a1b2c3d4e5f6071", b"[shop-token]"))


def test_a_rule_of_the_users_own_that_fails_its_example_is_refused(edgesieve: Edgesieve, tmp_path: Path) -> None:
    _own_rule(tmp_path, "shop_tok_c4n4ry")
    test, redact = edgesieve("rules", "test", "--config", "edge.toml"), edgesieve("redact", "--config", "edge.toml")
    assert (test.returncode, redact.returncode) == (1, 78)
    for run in (test, redact):
        assert b"rule 'shop-token': example 2 is not hit" in run.stderr
        assert b"c4n4ry" not in run.stderr


def test_compiling_fills_the_cache(edgesieve: Edgesieve, tmp_path: Path) -> None:
    run = edgesieve("rules", "compile", EDGESIEVE_CACHE=str(tmp_path / "cache"))
    assert run.returncode == 0
    assert sorted(path.name.partition("-")[0] for path in (tmp_path / "cache").iterdir()) == ["datasets", "rules"]


OWN_FAULTS = {
    "a rule of ours twice": (
        'id = "shop-token"',
        'id = "github-token"',
        "rules.d/shop.toml:2: id 'github-token' is taken",
    ),
    "an unknown key": ("reference", "referrence", "rules.d/shop.toml:2: rule 'shop-token': referrence: unknown key"),
    "no TOML": ("[[rule]]", "[[rule]", "rules.d/shop.toml:2: not TOML"),
}


@pytest.mark.parametrize("command", [["rules", "test"], ["check"], ["redact"]], ids=" ".join)
@pytest.mark.parametrize(("right", "wrong", "message"), OWN_FAULTS.values(), ids=OWN_FAULTS.keys())
def test_a_wrong_rule_file_is_named_with_its_line_whatever_loads_it(
    edgesieve: Edgesieve, tmp_path: Path, command: list[str], right: str, wrong: str, message: str
) -> None:
    _own_rule(tmp_path, "x=shop_tok_abcdefghij0123456789")
    path = tmp_path / "rules.d" / "shop.toml"
    path.write_text(path.read_text().replace(right, wrong))
    run = edgesieve(*command, "--config", "edge.toml", stdin=RAW)
    assert (run.returncode, run.stdout) == (78, b"")
    assert run.stderr.decode().startswith(f"edgesieve: {message}")


def test_rules_are_listed_by_family_then_by_id(edgesieve: Edgesieve) -> None:
    rows = [line.split()[:2] for line in edgesieve("rules", "list").stdout.decode().splitlines()[1:]]
    assert rows == sorted(rows, key=lambda row: (row[1], row[0]))
