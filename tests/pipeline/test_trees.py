"""Which files a scan reads."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.sources.trees import files_below


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder, the current one, with a file of every sort."""
    for name in ("b.txt", ".env", "a/c.txt", ".git/config", "node_modules/x/i.js", "a/node_modules/i.js", "a/.git"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "link.txt").symlink_to(tmp_path / "b.txt")
    (tmp_path / "loop").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _found(*paths: str) -> tuple[list[str], list[OSError], list[str]]:
    errors: list[OSError] = []
    empty: list[str] = []
    return list(files_below(paths, errors, empty)), errors, empty


@pytest.mark.usefixtures("tree")
def test_a_folder_is_walked_in_order_without_links_pipes_and_what_is_left_out() -> None:
    assert _found(".") == ([".env", "b.txt", "a/.git", "a/c.txt"], [], [])


@pytest.mark.usefixtures("tree")
def test_what_is_named_is_read_whatever_it_is() -> None:
    named = ["node_modules/x/i.js", "link.txt", "pipe", "none", "-"]
    assert _found(*named) == (named, [], [])
    assert _found("node_modules", "loop/a") == (["node_modules/x/i.js", "loop/a/.git", "loop/a/c.txt"], [], [])


def test_a_path_from_the_root_stays_one(tree: Path) -> None:
    assert _found(f"{tree}/a/") == ([f"{tree}/a/.git", f"{tree}/a/c.txt"], [], [])


@pytest.mark.usefixtures("tree")
def test_a_folder_without_a_file_is_told() -> None:
    assert _found("empty", "a") == (["a/.git", "a/c.txt"], [], ["empty"])


@pytest.mark.skipif(os.geteuid() == 0, reason="root may list every folder")
def test_a_folder_that_cannot_be_listed_is_told(tree: Path) -> None:
    (tree / "a").chmod(0)
    found, errors, _ = _found(".")
    (tree / "a").chmod(0o700)
    assert found == [".env", "b.txt"]
    assert [error.filename for error in errors] == ["./a"]
