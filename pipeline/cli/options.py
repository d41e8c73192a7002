"""Options that several commands share."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TypeVar

import click
from click.shell_completion import CompletionItem

from pipeline.cache import Cache, user_cache
from pipeline.settings import Settings, nearest
from redactors.base import ConfigurationError

_Command = TypeVar("_Command", bound=Callable[..., object])


def config_option(command: _Command) -> _Command:
    """Add --config."""
    path = click.Path(dir_okay=False, path_type=Path)
    return click.option("--config", type=path, metavar="FILE", help="Configuration, a TOML file.")(command)


def key_file_option(command: _Command) -> _Command:
    """Add --key-file."""
    path = click.Path(dir_okay=False, path_type=Path)
    text = "Key ring for marks that can be followed; wins over the configuration's."
    return click.option("--key-file", type=path, metavar="FILE", help=text)(command)


def dataset_option(text: str) -> Callable[[_Command], _Command]:
    """Add --dataset, with its names for shell completion."""
    return click.option("--dataset", metavar="NAME", help=text, shell_complete=_datasets)


def _datasets(_context: click.Context, _parameter: click.Parameter, start: str) -> list[CompletionItem]:
    from redactors.datasets import dataset_files

    return [CompletionItem(name) for name in dataset_files() if name.startswith(start)]


def refuse_unknown_dataset(name: str | None, known: Collection[str]) -> None:
    """Refuse a name of --dataset that no dataset has."""
    if name is not None and name not in known:
        message = f"--dataset: no dataset has this name; right would be {nearest(name, known)}"
        raise click.UsageError(message)


def this_users_cache() -> Cache:
    """Return the cache of who runs this process."""
    return user_cache(os.environ)


def read_settings(config: Path | None) -> Settings:
    """Return what a configuration file says, or the defaults without one."""
    if config is None:
        return Settings()
    from pipeline.config import load

    try:
        return load(config, this_users_cache())
    except FileNotFoundError as error:
        message = f"{error.filename}: no such configuration file; right would be a TOML file, as in deploy/examples/"
        raise ConfigurationError(message) from None
