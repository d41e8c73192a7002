"""`edgesieve check`: is a configuration right, and what does it do to each field of a dataset?"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from pipeline.cli.effects import effect
from pipeline.cli.options import config_option, dataset_option, read_settings, this_users_cache
from pipeline.cli.say import many, say, table
from redactors.datasets import Dataset
from redactors.policy import Policy

_DEFAULT_DATASET = "http_requests"


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
@click.option(
    "--schema", is_flag=True, help="Print the JSON Schema of the configuration, for editors, and do nothing else."
)
def check(config: Path | None, dataset: str | None, *, schema: bool) -> None:
    """Check a configuration and show what becomes of each field.

    Without --config it shows the defaults.
    """
    if schema:
        _print_schema()
        return
    from pipeline.engine import GENERIC
    from pipeline.start import prepare

    settings = read_settings(config)
    parts = prepare(settings, this_users_cache())
    shown = GENERIC if dataset == GENERIC.name else parts.catalogue[dataset or _DEFAULT_DATASET]
    states = Counter(rule.state for rule in parts.rules)
    marks = f"with fingerprints by the key {parts.ring.active}" if parts.ring else "plain only: no key file is named"
    click.echo(f"policy    {settings.policy.digest}, from the profile {settings.policy.profile}")
    click.echo(f"marks     {marks}")
    click.echo(f"rules     {states['active']} active, {states['shadow']} counting only")
    click.echo(f"dataset   {shown.name}: {shown.title}, {many(len(shown.fields), 'field')}\n")
    click.echo(table(("field", "class", "what happens"), _rows(shown, settings.policy)))
    if config:
        say(f"{config}: right")


def _rows(dataset: Dataset, policy: Policy) -> list[tuple[str, str, str]]:
    classes = {**dataset.fields, **policy.field_classes.get(dataset.name, {})}
    rows = [(name, classes[name], effect(classes[name], policy)) for name in sorted(classes)]
    return [*rows, ("any other", "unknown", effect("unknown", policy))]


def _print_schema() -> None:
    import json

    from pipeline.config_check import json_schema

    click.echo(json.dumps(json_schema(), indent=2))
