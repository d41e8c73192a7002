"""Files as sources and sinks: found in one order, whole or not there at all."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from pipeline.base import ReadError, WriteError
from pipeline.inputs import Input, printable
from pipeline.sinks.files import discard, part_in, target_for, writing, writing_to
from pipeline.sources.files import expand, read


def fill(folder: Path, *names: str) -> None:
    """Make files that hold their names."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)


# --- sources ----------------------------------------------------------------------------------------------------


def test_a_folder_is_walked_in_the_order_of_names(tmp_path: Path) -> None:
    fill(tmp_path, "b/2.log", "b/1.log", "a/z/9.log", "a/3.log", "c.log")
    inputs, errors = expand([str(tmp_path)])
    assert [each.name for each in inputs] == ["c.log", "a/3.log", "a/z/9.log", "b/1.log", "b/2.log"]
    assert [each.path for each in inputs] == [str(tmp_path / each.name) for each in inputs]
    assert errors == []


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        pytest.param("x.log.gz", True, id="a log"),
        pytest.param(".hidden", False, id="a hidden file"),
        pytest.param(".git/config", False, id="a hidden folder"),
        pytest.param(".x.log.edgesieve-0123456789ab.part", False, id="our temporary file"),
        pytest.param("ownership-challenge-1a2b.txt", False, id="an ownership challenge"),
        pytest.param("test.txt.gz", True, id="a test object with content"),
    ],
)
def test_what_a_walk_takes(tmp_path: Path, name: str, taken: bool) -> None:
    fill(tmp_path, name)
    assert bool(expand([str(tmp_path)])[0]) is taken


def test_a_walk_leaves_out_empty_test_objects_pipes_and_the_folder_of_outputs(tmp_path: Path) -> None:
    fill(tmp_path, "x.log", "out/x.log", "y/out/x.log")
    (tmp_path / "test.txt.gz").touch()
    (tmp_path / "empty.log").touch()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "gone").symlink_to("nowhere")
    inputs, _ = expand([str(tmp_path)], tmp_path / "out")
    assert [each.name for each in inputs] == ["empty.log", "gone", "x.log", "y/out/x.log"]


def test_what_is_named_is_taken_whatever_it_is(tmp_path: Path) -> None:
    fill(tmp_path, ".hidden", "test.txt.gz")
    os.mkfifo(tmp_path / "pipe")
    paths = [str(tmp_path / name) for name in (".hidden", "pipe", "missing")]
    Path(paths[0]).chmod(0o640)
    assert expand([*paths, "-"]) == (
        [
            Input(paths[0], ".hidden", 7, 0o640),
            Input(paths[1], "pipe", None),
            Input(paths[2], "missing", 0),
            Input("-", "-", None),
        ],
        [],
    )


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    data = os.urandom(1_000_000)
    (tmp_path / "x").write_bytes(data)
    chunks = list(read(str(tmp_path / "x")))
    assert b"".join(chunks) == data
    assert max(map(len, chunks)) <= 1 << 18


def test_a_pipe_says_when_nothing_is_waiting(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    chunks: list[bytes] = []

    def write() -> None:
        with path.open("wb", buffering=0) as pipe:
            pipe.write(b"first")
            asked.wait()
            pipe.write(b"second")

    asked = threading.Event()
    writer = threading.Thread(target=write)
    writer.start()
    for chunk in read(str(path)):
        chunks.append(chunk)
        if not chunk:
            asked.set()
    writer.join()
    assert chunks[:2] == [b"first", b""]
    assert b"".join(chunks) == b"firstsecond"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param("missing", "missing: No such file or directory", id="missing"),
        pytest.param(".", ": Is a directory", id="a folder"),
        pytest.param("a\x1b[31m\nb", "a\ufffd[31m\ufffdb: No such file or directory", id="a name that would not print"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(ReadError) as caught:
        list(read(str(tmp_path / name)))
    assert str(caught.value).startswith(str(tmp_path))
    assert str(caught.value).endswith(message)


def test_a_name_that_is_no_unicode_still_prints() -> None:
    assert printable(os.fsdecode(b"a\xffb/\xc3\xa9")).encode() == "a\ufffdb/é".encode()


# --- sinks ------------------------------------------------------------------------------------------------------


def names(folder: Path) -> list[str]:
    """List a folder, hidden files too."""
    return sorted(each.name for each in folder.iterdir())


def test_a_file_takes_its_name_only_when_it_is_whole(tmp_path: Path) -> None:
    final = tmp_path / "new" / "x.log"
    with writing(target_for(final)) as write:
        write(b"hello ")
        assert [name.startswith(".x.log.edgesieve-") for name in names(final.parent)] == [True]
        write(b"world")
    assert names(final.parent) == ["x.log"]
    assert final.read_bytes() == b"hello world"


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, GeneratorExit], ids=lambda error: error.__name__)
def test_whatever_interrupts_leaves_the_old_file_and_no_new_one(tmp_path: Path, error: type[BaseException]) -> None:
    (tmp_path / "x.log").write_text("old")

    def interrupted() -> None:
        with writing(target_for(tmp_path / "x.log")) as write:
            write(b"new")
            raise error

    with pytest.raises(error):
        interrupted()
    assert names(tmp_path) == ["x.log"]
    assert (tmp_path / "x.log").read_text() == "old"


def test_the_mode_is_as_the_umask_says_and_a_part_is_private(tmp_path: Path) -> None:
    mask = os.umask(0o027)
    try:
        with writing(target_for(tmp_path / "x")):
            pass
        part = part_in(tmp_path, "x", "all")
        with writing(part):
            pass
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == 0o640
    assert stat.S_IMODE(Path(part.temporary).stat().st_mode) == 0o600
    discard(part)
    discard(part)
    assert names(tmp_path) == ["x"]


def test_through_a_link_its_goal_is_replaced(tmp_path: Path) -> None:
    fill(tmp_path, "there/x")
    (tmp_path / "link").symlink_to("there/x")
    with writing_to(str(tmp_path / "link")) as write:
        write(b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "there" / "x").read_text() == "new"


def test_a_name_as_long_as_the_file_system_allows_can_be_written(tmp_path: Path) -> None:
    with writing(target_for(tmp_path / ("x" * 255))) as write:
        write(b"1")
    assert names(tmp_path) == ["x" * 255]


def test_a_device_is_written_to_and_stays_a_device(tmp_path: Path) -> None:
    with writing_to("/dev/null") as write:
        write(b"gone")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)
    os.mkfifo(tmp_path / "pipe")
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append((tmp_path / "pipe").read_bytes()))
    reader.start()
    with writing_to(str(tmp_path / "pipe")) as write:
        write(b"hello")
    reader.join()
    assert got == [b"hello"]
    assert names(tmp_path) == ["pipe"]


@pytest.mark.parametrize("form", ["/dev/fd/%d", "/proc/self/fd/%d", "link to /dev/fd/%d"])
def test_what_is_open_already_is_written_through_and_never_replaced(tmp_path: Path, form: str) -> None:
    with (tmp_path / "x").open("wb", buffering=0) as file:
        file.write(b"before ")
        path = form.removeprefix("link to ") % file.fileno()
        if path != form % file.fileno():
            (tmp_path / "link").symlink_to(path)
            path = str(tmp_path / "link")
        with writing_to(path) as write:
            write(b"hello")
        assert os.path.samestat(os.fstat(file.fileno()), (tmp_path / "x").stat())
        file.write(b" after")
    assert (tmp_path / "x").read_bytes() == b"before hello after"
    assert set(names(tmp_path)) <= {"x", "link"}


def test_a_descriptor_that_is_not_open_is_told() -> None:
    with pytest.raises(WriteError, match=r"^/dev/fd/987: Bad file descriptor$"), writing_to("/dev/fd/987") as write:
        write(b"hello")


@pytest.mark.parametrize(
    ("final", "message"),
    [
        pytest.param("file/x", "file/x: File exists", id="a file where a folder should be"),
        pytest.param("y" * 256, "y: File name too long", id="too long a name"),
        pytest.param("folder", "folder: Is a directory", id="a folder of that name"),
    ],
)
def test_what_cannot_be_written_is_named_and_leaves_nothing(tmp_path: Path, final: str, message: str) -> None:
    fill(tmp_path, "file", "folder/z")
    with pytest.raises(WriteError) as caught, writing(target_for(tmp_path / final)) as write:
        write(b"hello")
    assert str(caught.value).endswith(message)
    assert names(tmp_path) == ["file", "folder"]


def test_a_full_disk_is_told() -> None:
    with pytest.raises(WriteError, match=r"^/dev/full: No space left on device$"), writing_to("/dev/full") as write:
        write(b"hello")
