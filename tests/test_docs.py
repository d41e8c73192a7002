"""Docs are tested: whatever a user can name or meet has its place in them, and what they name exists."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click
import pytest
from pydantic import BaseModel

import edgesieve
from pipeline.base import DEAD_REASONS, Limits
from pipeline.cache import Cache, user_cache
from pipeline.cli.effects import effect
from pipeline.cli.summary import SHOWN_DEAD
from pipeline.config import load
from pipeline.config_model import LATER, Document
from pipeline.engine import GENERIC
from pipeline.metrics import COUNTERS, GAUGES
from pipeline.run_counts import DURATION, LIVE_COUNTERS, LIVE_GAUGES
from pipeline.settings import from_plain, to_plain
from pipeline.start import dataset_names, prepare
from redactors.base import FIELD_CLASSES
from redactors.checks import CHECKS
from redactors.datasets import Dataset, load_catalogue
from redactors.marks import CLASS_MARKS
from redactors.policy import CHOICES, PROFILES, Policy
from redactors.rule_rows import ALPHABETS, BOUNDARIES, STATES
from redactors.secrets import parse_rules
from tests.program import Edgesieve, every_command

HOME = Path(edgesieve.__file__).parent
PAGES = sorted([*HOME.glob("*.md"), *(HOME / "docs").rglob("*.md")])
TEXT = {path.relative_to(HOME).as_posix(): path.read_text() for path in PAGES}
DOCS = "\n".join(text for name, text in TEXT.items() if name.startswith("docs/"))


@pytest.mark.parametrize("words", [words for words, command in every_command() if not isinstance(command, click.Group)])
def test_every_command_is_in_the_docs(words: str) -> None:
    assert re.search(rf"`edgesieve {words}\b|`{words}`|^ *edgesieve {words}\b", DOCS, re.MULTILINE), words


def test_every_option_is_in_the_docs() -> None:
    for words, command in every_command():
        for parameter in command.params:
            for option in parameter.opts if isinstance(parameter, click.Option) else ():
                assert re.search(rf"{option}(?![a-z-])", DOCS), f"{words} {option}"


@pytest.mark.parametrize(
    "name", [*(f"{name}_total" for name in (*COUNTERS, *LIVE_COUNTERS)), *GAUGES, *LIVE_GAUGES, DURATION]
)
def test_every_metric_has_its_line_with_all_labels(name: str) -> None:
    meanings = {**COUNTERS, **GAUGES, **LIVE_COUNTERS, **LIVE_GAUGES, DURATION: ("", ())}
    _, labels = meanings[name.removesuffix("_total")]
    row = f"| `{name}` | {', '.join(f'`{label}`' for label in labels)} |"
    assert row in TEXT["docs/metrics.md"]


@pytest.mark.parametrize("field_class", FIELD_CLASSES)
def test_every_field_class_has_its_line_and_its_effect(field_class: str) -> None:
    assert f"\n| `{field_class}` | " in TEXT["docs/fields.md"]
    for policy in PROFILES.values():
        assert effect(field_class, policy)


@pytest.mark.parametrize("choice", [choice for choice in CHOICES if choice not in ("profile", "scope")])
def test_every_word_of_a_choice_has_an_effect(choice: str) -> None:
    policies = [from_plain(to_plain(Policy(), Limits()) | {"policy": {choice: word}})[0] for word in CHOICES[choice]]
    told = [[effect(each, policy) for each in FIELD_CLASSES] for policy in policies]
    assert len(set(map(tuple, told))) == len(CHOICES[choice])


def _keys(model: type[BaseModel], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, info in model.model_fields.items():
        yield (*path, name)
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            yield from _keys(info.annotation, (*path, name))


@pytest.mark.parametrize("path", list(_keys(Document)), ids=".".join)
def test_every_key_of_the_configuration_is_explained_in_its_section(path: tuple[str, ...]) -> None:
    text = TEXT["docs/configuration.md"]
    if len(path) == 1:
        assert f"\n## [{path[0]}]\n" in text or f"\n| `{path[0]}` | " in text
    else:
        section = _section("docs/configuration.md", f"[{path[0]}]")
        assert f"\n| `{path[1]}` | " in section or f"\n### [{path[0]}.{path[1]}." in section


@pytest.mark.parametrize("choice", CHOICES)
def test_every_word_of_a_choice_is_explained(choice: str) -> None:
    if choice != "user_agent":  # chosen by the profile only
        for word in CHOICES[choice]:
            assert f"`{word}`" in TEXT["docs/configuration.md"] or f'`"{word}"`' in TEXT["docs/configuration.md"], word


@pytest.mark.parametrize("section", LATER)
def test_every_section_to_come_is_named(section: str) -> None:
    assert f"`{section}`" in TEXT["docs/configuration.md"]


@pytest.mark.parametrize("reason", DEAD_REASONS)
def test_every_reason_of_a_dead_letter_is_explained(reason: str) -> None:
    assert f"\n| `{reason}` | " in TEXT["docs/formats.md"]


def test_the_limits_are_those_of_the_code() -> None:
    limits, text = Limits(), TEXT["docs/formats.md"]
    mib = 1 << 20
    assert re.search(rf"\| length of a line[^|]* \| {limits.line_bytes // mib} MiB \|", text)
    assert f"| size of a document that is not lines | {limits.document_bytes // mib} MiB |" in text
    assert f"| depth of nesting | {limits.depth:,} |" in text
    assert f"| inflated over compressed | {limits.ratio}, counted after {limits.ratio_after // mib} MiB |" in text
    assert f"The first {SHOWN_DEAD} are named" in text


def test_the_number_of_datasets_is_that_of_the_catalogue() -> None:
    logpush = [name for name in dataset_names(load_catalogue()) if "/" not in name and name != "generic"]
    for name in ("README.md", "docs/formats.md"):
        assert f"{len(logpush)} Logpush datasets" in TEXT[name]


def test_every_dataset_has_its_line_and_no_other() -> None:
    catalogue = load_catalogue()
    rows = re.findall(r"(?m)^\| (`.*)$", _section("docs/formats.md", "Datasets"))
    datasets = [*map(catalogue.__getitem__, catalogue.names()), GENERIC]
    assert rows == [
        f"`{each.name}` | {each.title} | {_role(each, 'zone')} | {_role(each, 'account')} |" for each in datasets
    ]


def _role(dataset: Dataset, scope: str) -> str:
    field = dataset.roles.get(scope)
    return f"`{field}`" if isinstance(field, str) else ""


def test_every_mark_of_a_class_has_its_line() -> None:
    marks = re.findall(r"(?m)^\| `\[([a-z-]+)\]` \| ", _section("docs/marks-and-keys.md", "All marks"))
    assert marks == sorted({*CLASS_MARKS, "geo"})


@pytest.mark.parametrize("kind", ["boundary", "check"])
def test_every_word_that_rules_know_has_its_line_and_no_other(kind: str) -> None:
    table = TEXT["docs/rules.md"].partition(
        f"\n| `{kind}` | what must not" if kind == "boundary" else "\n| `check` | holds for"
    )[2]
    words = re.findall(r"(?m)^\| `([a-z0-9-]+)` \|", table.partition("\n\n")[0])
    assert words == list(BOUNDARIES if kind == "boundary" else CHECKS)


@pytest.mark.parametrize("key", [key for key in CHOICES if key not in ("profile", "user_agent", "scope")])
def test_the_profiles_are_those_of_the_code(key: str) -> None:
    values = " | ".join(f'`"{getattr(policy, key)}"`' for policy in PROFILES.values())
    assert f"\n| `{key}` | {values} | " in TEXT["docs/configuration.md"]


@pytest.mark.parametrize("word", [*ALPHABETS, *BOUNDARIES, *STATES])
def test_every_word_of_a_rule_is_explained(word: str) -> None:
    assert f"`{word}`" in TEXT["docs/rules.md"]


@pytest.mark.parametrize("name", TEXT)
def test_links_lead_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", TEXT[name]):
        assert target.startswith("https:") or ((HOME / name).parent / target).exists(), target


@pytest.mark.parametrize("name", TEXT)
def test_links_to_a_heading_find_it(name: str) -> None:
    for target, anchor in re.findall(r"\]\(([^)#]*)#([^)]+)\)", TEXT[name]):
        page = ((HOME / name).parent / target).resolve().relative_to(HOME).as_posix() if target else name
        headings = re.findall(r"^#+ (.*)", TEXT[page], re.MULTILINE)
        assert anchor in {re.sub(r"[^a-z0-9_ -]", "", each.lower()).replace(" ", "-") for each in headings}, anchor


def _section(page: str, heading: str) -> str:
    return TEXT[page].partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def _toml(page: str) -> list[str]:
    return re.findall(r"```toml\n(.*?)```", TEXT[page], re.DOTALL)


def test_the_map_shows_every_file_and_no_other() -> None:
    shown = set(re.findall(r"`([a-z_/]+(?:\.py|/))`", _section("CONTRIBUTING.md", "The map of the house")))
    files = {
        path.relative_to(HOME).as_posix()
        for folder in ("redactors", "detectors", "pipeline")
        for path in (HOME / folder).rglob("*.py")
        if path.name != "__init__.py"
    }
    assert {name for name in shown if name.endswith(".py")} == files | {"edgesieve.py"}
    assert [name for name in shown if not (HOME / name).exists()] == []


def _must_be_right(path: Path) -> None:
    """Load a configuration and what it names, but for the files that only its user has."""
    settings = replace(load(path, Cache(None)), key_file=None, rules_extra=None)
    assert prepare(settings, user_cache(os.environ)).rules


@pytest.mark.parametrize("example", sorted((HOME / "deploy" / "examples").glob("*.toml")), ids=lambda path: path.name)
def test_every_example_is_right(example: Path) -> None:
    _must_be_right(example)


def test_every_configuration_in_the_docs_is_right(tmp_path: Path) -> None:
    blocks = [block for page in TEXT for block in _toml(page) if "[[rule]]" not in block]
    assert blocks
    for block in blocks:
        (tmp_path / "edge.toml").write_text(block)
        _must_be_right(tmp_path / "edge.toml")


def test_the_rule_in_the_docs_is_right() -> None:
    (block,) = (each for each in _toml("docs/rules.md") if "[[rule]]" in each)
    (rule,) = parse_rules("shop", block.encode())
    assert rule.id == "shop-token"


def test_the_readme_shows_what_the_program_does(edgesieve: Edgesieve, key: Path) -> None:
    raw, safe = re.findall(r"```json\n(.*?)```", TEXT["README.md"], re.DOTALL)
    run = edgesieve("redact", "--dataset", "http_requests", "--key-file", key, stdin=raw.encode())
    assert re.sub(r"~[A-Z2-7]{2}\.[A-Z2-7]{20}", "~KQ.…", run.stdout.decode()) == safe
