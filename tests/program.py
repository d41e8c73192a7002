"""The program as a user starts it, and a line of log that it makes safe."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from pipeline.cli.app import commands

Edgesieve = Callable[..., subprocess.CompletedProcess[bytes]]
"""Runs the program: arguments, `stdin` bytes, and variables of the environment by name."""

RAW = (
    b'{"ClientIP":"203.0.113.77","ClientRequestURI":"/a?token=c4n4ry",'
    b'"RayID":"8a1b2c3d4e5f6071","EdgeStartTimestamp":1}\n'
)
SAFE = b'{"ClientIP":"203.0.113.0","ClientRequestURI":"/a","RayID":"8a1b2c3d4e5f6071","EdgeStartTimestamp":1}\n'


def in_folder(folder: Path) -> Edgesieve:
    """Return a function that runs the program in a folder."""

    def run(*arguments: str | Path, stdin: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-m", "edgesieve", *map(str, arguments)],
            input=stdin,
            capture_output=True,
            check=False,
            cwd=folder,
            env={**os.environ, **environment},
            timeout=120,
        )

    return run


def every_command() -> list[tuple[str, click.Command]]:
    """Return every command by the words that call it, the program itself by none."""
    return [("", commands), *_below(commands, "")]


def _below(group: click.Group, words: str) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        path = f"{words} {name}".strip()
        yield path, command
        if isinstance(command, click.Group):
            yield from _below(command, path)
