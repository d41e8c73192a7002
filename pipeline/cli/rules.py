"""`edgesieve rules`: the secret rules, what proves them, and the database they are compiled to."""

from __future__ import annotations

from pathlib import Path

import click
from click.shell_completion import CompletionItem

from pipeline.cli import exits
from pipeline.cli.options import config_option, read_settings, this_users_cache
from pipeline.cli.say import many, say, table
from pipeline.settings import nearest
from redactors.base import ConfigurationError
from redactors.rule_rows import Row


@click.group(
    epilog="""\b
Examples:
  edgesieve rules list
  edgesieve rules show github-token
  edgesieve rules test --config edgesieve.toml
"""
)
def rules() -> None:
    """List, show, test and compile the secret rules."""


@rules.command(
    "list",
    epilog="""\b
Examples:
  edgesieve rules list
  edgesieve rules list --config edgesieve.toml | grep shadow
""",
)
@config_option
def list_rules(config: Path | None) -> None:
    """List every rule: id, family, state, reference. With --config: as it chooses, with your own rules."""
    from pipeline.start import prepare

    settings = read_settings(config)
    states = {rule.id: rule.state for rule in prepare(settings, this_users_cache()).rules}
    rows = [
        (row.rule.id, row.rule.family, states.get(row.rule.id, "disabled"), row.reference)
        for row in sorted(_rows(config), key=lambda row: (row.rule.family, row.rule.id))
    ]
    click.echo(table(("id", "family", "state", "reference"), rows))


def _ids(_context: click.Context, _parameter: click.Parameter, start: str) -> list[CompletionItem]:
    return [CompletionItem(row.rule.id) for row in _rows(None) if row.rule.id.startswith(start)]


@rules.command(
    epilog="""\b
Examples:
  edgesieve rules show github-token
  edgesieve rules show my-token --config edgesieve.toml
"""
)
@click.argument("rule_id", metavar="ID", shell_complete=_ids)
@config_option
def show(rule_id: str, config: Path | None) -> None:
    """Show one rule: its patterns, its check, and the examples that prove it."""
    rows = {row.rule.id: row for row in _rows(config)}
    if rule_id not in rows:
        message = f"no rule has this id; right would be {nearest(rule_id, rows)}"
        raise click.UsageError(message)
    row, rule = rows[rule_id], rows[rule_id].rule
    facts = {
        "id": rule.id,
        "family": rule.family,
        "state": rule.state,
        "reference": row.reference,
        "exact": rule.exact,
        "prefilter": rule.prefilter,
        "check": rule.check or "",
        "entropy": f"at least {rule.entropy} bits per character" if rule.entropy else "",
        "allow": "  ".join(rule.allow),
    }
    for name, fact in facts.items():
        if fact:
            click.echo(f"{name:<18}{fact}")
    for title, examples in (("example", row.examples), ("counter-example", row.counter_examples)):
        for example in examples:
            click.echo(f"{title:<18}{example}")


@rules.command(
    epilog="""\b
Examples:
  edgesieve rules test
  edgesieve rules test --config edgesieve.toml
"""
)
@config_option
def test(config: Path | None) -> int:
    """Prove every rule by its examples and counter-examples; exit 1 if one fails. With --config: your own too."""
    from pipeline.start import chosen_rules, prove, read_rows

    settings = read_settings(config)
    rows = read_rows(settings)
    count, failed = len(rows), 0
    for row in rows:
        try:
            prove(settings, row)
        except ConfigurationError as error:
            failed += 1
            say(str(error))
    if not failed:
        chosen_rules(settings)
    click.echo(f"{many(count, 'rule')}: {count - failed} right, {failed} wrong")
    return exits.NO if failed else exits.DONE


@rules.command(
    "compile",
    epilog="""\b
Examples:
  edgesieve rules compile
  edgesieve rules compile --config edgesieve.toml
""",
)
@config_option
def compile_rules(config: Path | None) -> None:
    """Compile datasets and rules into the cache, so that the first `redact` starts at once."""
    from pipeline.start import prepare

    cache = this_users_cache()
    parts = prepare(read_settings(config), cache)
    size = f"{len(parts.database) / 1e6:.1f} MB"
    place = cache.folder or "nowhere: there is no cache folder"
    click.echo(f"{many(len(parts.rules), 'rule')}, {size}, kept in {place}")


def _rows(config: Path | None) -> tuple[Row, ...]:
    """Return every rule that comes with the program, then the user's own, as they are written."""
    from pipeline.start import read_rows

    return read_rows(read_settings(config))
