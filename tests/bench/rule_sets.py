"""Configurations of few and of many rules, to see how the cost grows with them."""

from __future__ import annotations

import json
import random
from pathlib import Path

from pipeline.simulator.tokens import base62
from redactors.secrets import load_rules

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def write_rule_set(folder: Path, count: int) -> Path:
    """Write a configuration that has this many rules in force; return its file.

    Up to the number of the packaged rules others are disabled, evenly over all families; beyond, tokens of made-up
    vendors are added.
    """
    folder.mkdir()
    ids = [rule.id for rule in load_rules()]
    kept = {ids[place * len(ids) // count] for place in range(count)} if count < len(ids) else set(ids)
    lines = ["[redact]", f"rules_disabled = {json.dumps([each for each in ids if each not in kept])}"]
    if count > len(ids):
        lines.append('rules_extra = "rules"')
        (folder / "rules").mkdir()
        chance = random.Random(count)  # noqa: S311 - made-up vendors
        rows = "\n".join(_row(number, chance) for number in range(count - len(ids)))
        (folder / "rules" / "made-up.toml").write_text(rows)
    config = folder / "edgesieve.toml"
    config.write_text("\n".join(lines) + "\n")
    return config


def _row(number: int, chance: random.Random) -> str:
    prefix = "".join(chance.choices(_LETTERS, k=5)) + "_"
    examples = [prefix + base62(chance, 32) for _ in range(2)]
    return (
        f'[[rule]]\nid = "made-up-{number}"\nreference = "made up"\n'
        f'token = {{ prefix = ["{prefix}"], alphabet = "base62", length = 32 }}\n'
        f'examples = {json.dumps(examples)}\ncounter_examples = ["{prefix}", "{prefix}short"]\n'
    )
