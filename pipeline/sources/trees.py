"""The files to scan: those named, and all regular ones below the folders named. Links are not followed on the way."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator

LEFT_OUT = frozenset({".git", "node_modules"})
"""Folders that are not walked unless they are named themselves: Git's own files, and what others wrote."""


def files_below(paths: Iterable[str], errors: list[OSError], empty: list[str]) -> Iterator[str]:
    """Yield the paths of files in order, hidden ones too.

    Folders that cannot be listed go to `errors`, named folders without a file to `empty`.
    """
    for path in paths:
        if not os.path.isdir(path):  # noqa: PTH112 - the other one fails where a folder above is closed
            yield path
            continue
        names = _walk(path, errors)
        first = next(names, None)
        if first is None:
            empty.append(path)
            continue
        yield first
        yield from names


def _walk(top: str, errors: list[OSError]) -> Iterator[str]:
    for folder, folders, names in os.walk(top, onerror=errors.append):
        folders[:] = sorted(name for name in folders if name not in LEFT_OUT)
        for name in sorted(names):
            path = os.path.normpath(os.path.join(folder, name))  # noqa: PTH118 - as given, without `./`
            try:
                if stat.S_ISREG(os.lstat(path).st_mode):
                    yield path
            except OSError as error:
                errors.append(error)
