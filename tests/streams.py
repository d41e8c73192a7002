"""Bytes to try streams with, and ways to cut and to take them."""

from __future__ import annotations

import random
from collections.abc import Iterable
from itertools import pairwise
from typing import TypeVar

from pipeline.base import InputError

T = TypeVar("T")


def cut(data: bytes, at: Iterable[int]) -> list[bytes]:
    """Cut bytes at these places (taken modulo their length)."""
    borders = sorted({0, len(data), *(place % (len(data) + 1) for place in at)})
    return [data[start:end] for start, end in pairwise(borders)]


def take(items: Iterable[T]) -> tuple[list[T], str | None]:
    """Take what is delivered; tell why no more came."""
    got: list[T] = []
    stream = iter(items)
    while True:
        try:
            got.append(next(stream))
        except StopIteration:
            return got, None
        except InputError as error:
            return got, error.reason


def numbered_lines(count: int) -> bytes:
    """Make lines that compress badly enough to give many pieces."""
    noise = random.Random(7)  # noqa: S311 - no secret
    return b"".join(b'{"n":%d,"x":"%032x"}\n' % (number, noise.getrandbits(128)) for number in range(count))


TEXT = numbered_lines(8000)
