"""The parts of an engine: built once, kept, and never taken for those of another policy."""

from __future__ import annotations

import pickle  # noqa: TID251 (to read what multiprocessing writes)
from dataclasses import replace
from multiprocessing.reduction import ForkingPickler
from pathlib import Path

import pytest

from pipeline.base import Batch
from pipeline.cache import Cache, package_stamp
from pipeline.settings import Settings
from pipeline.start import Parts, build_engine, dataset_names, prepare
from redactors.policy import Policy
from tests.program import RAW, SAFE


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Cache:
    """Return a cache that these tests fill."""
    return Cache(tmp_path_factory.mktemp("cache") / "edgesieve")


@pytest.fixture(scope="module")
def parts(cache: Cache) -> Parts:
    """Return the parts of the default engine."""
    return prepare(Settings(), cache)


def _redacted(parts: Parts) -> bytes:
    return b"".join(outcome.body for outcome in build_engine(parts).process(Batch([RAW], "test")))


def _prepared(cache: Cache, policy: Policy) -> Parts:
    return prepare(replace(Settings(), policy=policy), cache)


def test_parts_from_the_cache_are_those_that_were_built(parts: Parts, cache: Cache) -> None:
    again = prepare(Settings(), cache)
    assert (again.rules, again.database) == (parts.rules, parts.database)
    assert again.catalogue.to_json() == parts.catalogue.to_json()
    assert _redacted(again) == _redacted(parts) == SAFE


def test_parts_travel_to_other_processes(parts: Parts) -> None:
    assert _redacted(pickle.loads(ForkingPickler.dumps(parts))) == SAFE  # noqa: S301 (our own, as multiprocessing does)


def test_a_database_of_another_machine_is_compiled_again(parts: Parts) -> None:
    assert _redacted(replace(parts, database=b"from elsewhere")) == SAFE


CHOICES = {
    "a rule disabled": Policy(rules_disabled=("github-token",)),
    "a rule in shadow": Policy(rules_shadow=("github-token",)),
    "a value allowed": Policy(rules_allow={"github-token": ("x",)}),
    "no personal data": Policy(personal=False),
}


@pytest.mark.parametrize("policy", CHOICES.values(), ids=CHOICES.keys())
def test_each_choice_of_rules_has_its_own_entry(parts: Parts, cache: Cache, policy: Policy) -> None:
    chosen = _prepared(cache, policy)
    assert chosen.rules != parts.rules
    assert _prepared(cache, policy).rules == chosen.rules


def test_choices_that_are_not_of_rules_share_an_entry(parts: Parts, cache: Cache) -> None:
    assert _prepared(cache, Policy(ip="drop", query="params")).database == parts.database


@pytest.mark.parametrize("name", ["module.py", "rules/family.toml", "datasets/cloudflare/name.toml"])
def test_a_change_of_code_or_data_makes_entries_stale(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    stamps = [package_stamp(tmp_path)]
    for text in ("one = 1", "one = 1 "):
        (tmp_path / name).write_text(text)
        stamps.append(package_stamp(tmp_path))
    (tmp_path / name).rename(tmp_path / "other.toml")
    stamps.append(package_stamp(tmp_path))
    assert len(set(stamps)) == len(stamps)


def test_what_is_no_source_makes_nothing_stale(tmp_path: Path) -> None:
    before = package_stamp(tmp_path)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "module.py").write_text("")
    assert package_stamp(tmp_path) == before


def test_generic_can_be_named_like_any_dataset(parts: Parts) -> None:
    assert {"generic", "http_requests", "backend/requests"} <= set(dataset_names(parts.catalogue))
