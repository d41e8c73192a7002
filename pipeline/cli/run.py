"""`edgesieve run`: raw logs are pushed in, safe ones go to sinks, and detectors watch, until it is told to stop."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.exits import DONE
from pipeline.cli.options import read_settings, this_users_cache
from pipeline.cli.say import say

if TYPE_CHECKING:
    from pipeline.run_build import Given


@click.command(
    epilog="""\b
Examples:
  edgesieve run --config edgesieve.toml
  EDGESIEVE_SECRET=… edgesieve run --config sidecar.toml
  curl --data-binary @raw.log.gz http://127.0.0.1:8080/logpush/http_requests
  curl http://127.0.0.1:9464/metrics
"""
)
@click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    metavar="FILE",
    help="Configuration, a TOML file: what is listened to, where safe records go.",
)
def run(config: Path) -> int:
    """Take logs in as they are pushed, and deliver them safe.

    An upload is answered with 200 only once its safe records are durable. SIGTERM stops without loss, SIGHUP takes up
    a changed configuration.
    """
    import asyncio

    from pipeline.detecting import detection_of
    from pipeline.judge_state import judge_state
    from pipeline.run import serve
    from pipeline.run_build import ends_of

    given = given_by(config)
    with judge_state(given.live.state, detection_of(given.parts)) as state:
        asyncio.run(serve(given, lambda: given_by(config), state, say, ends_of(given, say)))
    return DONE


def given_by(config: Path) -> Given:
    """Return what a configuration says of a live run, read and compiled."""
    from pipeline.base import Limits
    from pipeline.detecting import watching
    from pipeline.run_build import Given
    from pipeline.run_settings import live_settings
    from pipeline.start import prepare

    settings = read_settings(config)
    live = live_settings(settings, os.environ)
    parts = watching(prepare(settings, this_users_cache()), settings)
    usual = Limits()
    limits = replace(
        parts.limits,
        body_bytes=parts.limits.body_bytes or usual.body_bytes,
        inflated_bytes=parts.limits.inflated_bytes or usual.inflated_bytes,
    )
    return Given(settings, live, replace(parts, limits=limits))
