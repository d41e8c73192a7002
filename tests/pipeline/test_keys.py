"""Key files on disk: whole, closed to others, and rotated without losing a key."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.keys import create_ring, read_ring, rotate
from pipeline.private import create_private, replace_private
from redactors.base import ConfigurationError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a new key file."""
    create_ring(tmp_path / "edge.key")
    return tmp_path / "edge.key"


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    assert create_ring(tmp_path / "a.key") == read_ring(tmp_path / "a.key")


def test_two_rings_share_no_key(tmp_path: Path) -> None:
    one, other = create_ring(tmp_path / "a.key"), create_ring(tmp_path / "b.key")
    assert not set(one.keys.values()) & set(other.keys.values())
    assert one.check != other.check


def test_a_rotation_keeps_every_old_key_and_the_mode(path: Path) -> None:
    before = read_ring(path)
    after = rotate(path)
    assert after == read_ring(path)
    assert after.ids == (after.active, before.active)
    assert after.check == before.check
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_rotation_through_a_link_changes_the_file_behind_it(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.key"
    link.symlink_to(path)
    assert rotate(link) == read_ring(path)
    assert link.is_symlink()


MODES = {0o600: True, 0o400: True, 0o700: True, 0o640: False, 0o660: False, 0o604: False, 0o644: False, 0o666: False}


@pytest.mark.parametrize(("mode", "right"), MODES.items(), ids=map(oct, MODES))
def test_a_key_file_of_ours_is_read_only_when_nobody_else_can(path: Path, mode: int, *, right: bool) -> None:
    path.chmod(mode)
    if right:
        assert read_ring(path).active
    else:
        with pytest.raises(
            ConfigurationError, match="others can read or change this key file; right would be: chmod 600"
        ):
            read_ring(path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
@pytest.mark.parametrize(("mode", "right"), [(0o640, True), (0o660, False), (0o644, False)], ids=oct)
def test_a_mounted_secret_may_be_readable_by_a_group(path: Path, mode: int, *, right: bool) -> None:
    path.chmod(mode)
    os.chown(path, 12345, 12345)
    if right:
        assert read_ring(path).active
    else:
        with pytest.raises(ConfigurationError):
            read_ring(path)


def test_a_folder_is_no_key_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no regular file; right would be"):
        read_ring(tmp_path)


def test_a_pipe_is_no_key_file() -> None:
    reader, writer = os.pipe()
    os.close(writer)
    with pytest.raises(ConfigurationError, match="no regular file"):
        read_ring(Path(f"/dev/fd/{reader}"))
    os.close(reader)


def test_a_named_pipe_is_refused_before_anyone_waits_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ConfigurationError, match="no regular file; right would be"):
        read_ring(tmp_path / "pipe")


def test_a_device_is_no_key_file() -> None:
    with pytest.raises(ConfigurationError, match="no regular file"):
        read_ring(Path("/dev/zero"))


def test_a_fault_names_the_file_and_line_and_no_content(path: Path) -> None:
    path.write_text("edgesieve key ring 1\ncheck c4n4ry\n")
    with pytest.raises(ConfigurationError) as caught:
        read_ring(path)
    assert str(caught.value).startswith(f"{path}: key file, line 2: ")
    assert "c4n4ry" not in str(caught.value)


def test_a_private_file_is_replaced_whole_or_stays(tmp_path: Path) -> None:
    path = tmp_path / "file"
    create_private(path, b"old")
    replace_private(path, b"new")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"new", 0o600)
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        replace_private(tmp_path / "folder", b"new")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "folder"]


def test_a_private_file_that_exists_is_never_overwritten(tmp_path: Path) -> None:
    create_private(tmp_path / "file", b"old")
    with pytest.raises(FileExistsError):
        create_private(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"old"
