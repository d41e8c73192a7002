"""`edgesieve check`: is a configuration right, and what does it do to each field of a dataset?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

import click

from pipeline.cli.choices import choices, warnings
from pipeline.cli.effects import effect, is_kept
from pipeline.cli.options import (
    config_option,
    dataset_option,
    read_settings,
    refuse_unknown_dataset,
    this_users_cache,
)
from pipeline.cli.say import many, say, table
from redactors.datasets import Dataset
from redactors.policy import Policy

if TYPE_CHECKING:
    from pipeline.settings import Settings
    from pipeline.start import Parts

_DEFAULT_DATASET = "http_requests"
_WIDTH = 100


@click.command(
    epilog="""\b
Examples:
  edgesieve check --config edgesieve.toml
  edgesieve check --config edgesieve.toml --dataset firewall_events
  edgesieve check --dataset workers_trace_events
  edgesieve check --schema > edgesieve.schema.json
"""
)
@config_option
@dataset_option(f"Dataset whose fields are shown; {_DEFAULT_DATASET} unless said.")
@click.option("--all", "every", is_flag=True, help="Show the fields that are kept as well.")
@click.option(
    "--schema", is_flag=True, help="Print the JSON Schema of the configuration, for editors, and do nothing else."
)
def check(config: Path | None, dataset: str | None, *, every: bool, schema: bool) -> None:
    """Check a configuration and show what becomes of the fields of a dataset.

    Without --config it shows the defaults.
    """
    if schema:
        _print_schema()
        return
    from pipeline.engine import GENERIC
    from pipeline.start import dataset_names, prepare

    settings = read_settings(config)
    parts = prepare(settings, this_users_cache())
    refuse_unknown_dataset(dataset, dataset_names(parts.catalogue))
    shown = GENERIC if dataset == GENERIC.name else parts.catalogue[dataset or _DEFAULT_DATASET]
    policy, states = settings.policy, Counter(rule.state for rule in parts.rules)
    marks = f"with fingerprints by the key {parts.ring.active}" if parts.ring else "plain only: no key file is named"
    click.echo(f"policy    {policy.digest}, from the profile {policy.profile}")
    click.echo(f"marks     {marks}")
    click.echo(f"rules     {states['active']} active, {states['shadow']} counting only")
    click.echo(f"dataset   {shown.name}: {shown.title}, {many(len(shown.fields), 'field')}")
    if policy.scope != "global":
        click.echo(f"tenant    {_tenant(shown, policy.scope)}")
    for line in (
        *_choices(policy),
        *_told(settings, parts),
        *_fields(shown, policy, keyed=parts.ring is not None, every=every),
    ):
        click.echo(line)
    if config:
        say(f"{config}: right")


def _tenant(dataset: Dataset, scope: str) -> str:
    role = dataset.roles.get(scope)
    if isinstance(role, str):
        return f"the {scope} is told by {role}; a record without it gets plain marks"
    return f"no field of this dataset tells the {scope}: its marks are plain"


def _choices(policy: Policy) -> Iterator[str]:
    made = list(choices(policy))
    if made:
        yield "\nYour choices, where they are not the profile's"
        yield from (f"  {line}" for line in table(("key", "choice"), made).splitlines())
        yield from (f"  warning: {line}" for line in warnings(policy))


def _told(settings: Settings, parts: Parts) -> Iterator[str]:
    """Yield what detectors are told, once it is clear that its files and marks can be used."""
    if not settings.facts:
        return
    from pipeline.cli.told import told, told_of_sources
    from pipeline.detecting import watching
    from pipeline.facts import facts_from_plain

    watching(parts, settings)
    facts = facts_from_plain(settings.facts, settings.where)
    rows = [*told_of_sources(settings.sources), *told(facts)]
    if rows:
        yield "\nWhat is said of logs, and what detectors are told"
        yield from (f"  {line}" for line in table(("where", "key", "value"), rows).splitlines())


def _fields(dataset: Dataset, policy: Policy, *, keyed: bool, every: bool) -> Iterator[str]:
    """Yield the fields by class, each class under what happens to it; then how many are kept."""
    classes = {**dataset.fields, **policy.field_classes.get(dataset.name, {})}
    by_class: dict[str, list[str]] = {}
    for name in sorted(classes):
        by_class.setdefault(classes[name], []).append(name)
    kept = 0
    for field_class in sorted(by_class):
        if not every and is_kept(field_class, policy):
            kept += len(by_class[field_class])
            continue
        yield f"\n{field_class}: {effect(field_class, policy, keyed=keyed)}"
        yield fill(", ".join(by_class[field_class]), _WIDTH, initial_indent="    ", subsequent_indent="    ")
    yield f"\nunknown: {effect('unknown', policy)}"
    yield "    any other field"
    if kept:
        yield f"\n{kept:,} more {'is' if kept == 1 else 'are'} kept, and scanned for secrets (--all shows them)"


def _print_schema() -> None:
    import json

    from pipeline.config_check import json_schema

    click.echo(json.dumps(json_schema(), indent=2))
