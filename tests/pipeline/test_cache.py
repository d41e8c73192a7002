"""The start-up cache: it speeds up, and nothing else ever hangs on it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.cache import Cache, user_cache

KEY = "0" * 64


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a cache folder with one entry."""
    cache = Cache(tmp_path / "a" / "cache")
    cache.put("rules", KEY, b"data")
    assert cache.get("rules", KEY) == b"data"
    assert cache.folder is not None
    return cache.folder


def _entry(folder: Path) -> Path:
    (entry,) = folder.iterdir()
    return entry


def test_an_entry_and_its_folder_are_closed_to_others(folder: Path) -> None:
    assert _entry(folder).stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


def test_an_entry_of_another_kind_or_key_is_not_found(folder: Path) -> None:
    assert Cache(folder).get("datasets", KEY) is None
    assert Cache(folder).get("rules", "1" * 64) is None


def _writable_by_the_group(folder: Path) -> None:
    _entry(folder).chmod(0o620)


def _writable_by_all(folder: Path) -> None:
    _entry(folder).chmod(0o602)


def _folder_writable_by_all(folder: Path) -> None:
    folder.chmod(0o777)


def _a_link(folder: Path) -> None:
    entry = _entry(folder)
    entry.rename(folder.parent / "elsewhere")
    entry.symlink_to(folder.parent / "elsewhere")


def _a_flipped_bit(folder: Path) -> None:
    entry = bytearray(_entry(folder).read_bytes())
    entry[-1] ^= 1
    _entry(folder).write_bytes(entry)


def _a_short_entry(folder: Path) -> None:
    _entry(folder).write_bytes(_entry(folder).read_bytes()[:-1])


def _an_empty_entry(folder: Path) -> None:
    _entry(folder).write_bytes(b"")


def _another_format(folder: Path) -> None:
    _entry(folder).write_bytes(_entry(folder).read_bytes().replace(b"cache 1", b"cache 2"))


DAMAGE = (
    _writable_by_the_group,
    _writable_by_all,
    _folder_writable_by_all,
    _a_link,
    _a_flipped_bit,
    _a_short_entry,
    _an_empty_entry,
    _another_format,
)


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__.strip("_"))
def test_an_entry_that_is_not_whole_ours_and_closed_is_never_loaded(
    folder: Path, damage: Callable[[Path], None]
) -> None:
    damage(folder)
    assert Cache(folder).get("rules", KEY) is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_an_entry_of_another_user_is_never_loaded(folder: Path) -> None:
    os.chown(_entry(folder), 12345, 12345)
    assert Cache(folder).get("rules", KEY) is None


def test_a_damaged_entry_is_replaced_by_the_next_put(folder: Path) -> None:
    _a_flipped_bit(folder)
    Cache(folder).put("rules", KEY, b"new")
    assert Cache(folder).get("rules", KEY) == b"new"


def test_a_folder_that_cannot_be_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache = Cache(tmp_path / "file" / "cache")
    cache.put("rules", KEY, b"data")
    assert cache.get("rules", KEY) is None


def test_without_a_folder_nothing_is_kept() -> None:
    Cache(None).put("rules", KEY, b"data")
    assert Cache(None).get("rules", KEY) is None


def test_old_entries_of_a_kind_are_forgotten(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    cache.put("datasets", KEY, b"stays")
    for number in range(20):
        cache.put("rules", f"{number:064}"[::-1], b"data")
    kept = sorted(path.name.partition("-")[0] for path in (tmp_path / "cache").iterdir())
    assert kept == ["datasets"] + ["rules"] * 8
    assert cache.get("rules", f"{19:064}"[::-1]) == b"data"


PLACES = {
    "named": ({"EDGESIEVE_CACHE": "/x", "XDG_CACHE_HOME": "/y"}, Path("/x")),
    "named as none": ({"EDGESIEVE_CACHE": "", "HOME": "/h"}, None),
    "by the desktop's rule": ({"XDG_CACHE_HOME": "/y", "HOME": "/h"}, Path("/y/edgesieve")),
    "at home": ({"HOME": "/h"}, Path("/h/.cache/edgesieve")),
    "homeless": ({}, None),
}


@pytest.mark.parametrize(("environ", "place"), PLACES.values(), ids=PLACES.keys())
def test_the_cache_lies_where_the_environment_says(environ: dict[str, str], place: Path | None) -> None:
    assert user_cache(environ).folder == place
