"""Files that grow: each delivery once, whatever is lost between two starts; closed ones are whole."""

from __future__ import annotations

import asyncio
import gzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.delivering import Delivery, Unavailable
from pipeline.packing import unpacked
from pipeline.sinks.rolling import Rolling, RollingFiles
from redactors.base import ConfigurationError


def _delivery(name: int, dataset: str = "dns_logs") -> Delivery:
    return Delivery(f"id-{name}", "o", dataset, "", b'{"n":%d}\n' % name, 1, 1, 1, "p")


class Disk:
    """A folder, and what the sink has asked to keep."""

    def __init__(self, folder: Path, rotate_bytes: int = 256_000_000, compression: str = "gzip") -> None:
        """Open a sink in a folder."""
        self.how = Rolling(folder, rotate_bytes, compression)
        self.kept: bytes | None = None
        self.now = 0.0
        self.dies = False
        self.sink = self.opened()

    def opened(self) -> RollingFiles:
        """Start again with what is kept."""
        self.sink = RollingFiles(self.how, self._keep, lambda: self.now)
        asyncio.run(self.sink.open(self.kept))
        return self.sink

    def write(self, *numbers: int) -> None:
        """Deliver."""
        asyncio.run(self.sink.write([_delivery(each) for each in numbers]))

    async def _keep(self, value: bytes) -> None:
        if self.dies:
            raise KeyboardInterrupt
        self.kept = value

    def crash(self, number: int) -> None:
        """Die between the write and what is kept of it."""
        self.dies = True
        with pytest.raises(KeyboardInterrupt):
            self.write(number)
        self.dies = False

    def numbers(self) -> list[int]:
        """Return what stands in the files."""
        paths = sorted(self.how.folder.iterdir())
        lines = b"".join(unpacked(path.read_bytes()) for path in paths).splitlines()
        return sorted(int(line[5:-1]) for line in lines)


@pytest.mark.parametrize("compression", ["gzip", "zstd", "none"])
def test_what_is_delivered_stands_in_files(tmp_path: Path, compression: str) -> None:
    disk = Disk(tmp_path, compression=compression)
    disk.write(1, 2)
    disk.write(3)
    disk.write(2, 3)
    assert disk.numbers() == [1, 2, 3]


def test_a_file_is_closed_when_it_is_long_or_old_enough(tmp_path: Path) -> None:
    disk = Disk(tmp_path, rotate_bytes=1)
    disk.write(1)
    (path,) = tmp_path.iterdir()
    assert path.name == "dns_logs_19700101T000000Z_00000001.ndjson.gz"
    assert gzip.decompress(path.read_bytes()) == b'{"n":1}\n'
    other = Disk(tmp_path / "b")
    other.write(1)
    other.now = 4000
    other.write(2)
    assert [each.suffix for each in (tmp_path / "b").iterdir()] == [".gz"]


def test_each_dataset_has_a_file(tmp_path: Path) -> None:
    disk = Disk(tmp_path)
    asyncio.run(disk.sink.write([_delivery(1), _delivery(2, "backend/requests")]))
    assert sorted(path.name.partition("_")[0] for path in tmp_path.iterdir()) == ["backend-requests", "dns"]


@settings(max_examples=40)
@given(st.data())
def test_after_any_crash_each_delivery_is_there_once(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    disk = Disk(tmp_path_factory.mktemp("disk"), rotate_bytes=data.draw(st.sampled_from([1, 60, 10_000])))
    fates = data.draw(st.lists(st.sampled_from(["well", "not kept", "kept, not told", "torn"]), min_size=1, max_size=7))
    for number, fate in enumerate(fates):
        if fate in ("well", "kept, not told"):
            disk.write(number)
        else:
            disk.crash(number)
        if fate == "torn":
            for path in disk.how.folder.glob("*.part"):
                with path.open("ab") as file:
                    file.write(b"half a member")
        if fate != "well":
            disk.opened()
            disk.write(number)
    assert disk.numbers() == list(range(len(fates)))


def test_a_file_that_has_become_shorter_stops_the_start(tmp_path: Path) -> None:
    disk = Disk(tmp_path)
    disk.write(1)
    (path,) = tmp_path.iterdir()
    path.write_bytes(b"")
    with pytest.raises(ConfigurationError, match="shorter than what was delivered"):
        disk.opened()


def test_a_folder_whose_state_is_gone_keeps_its_records(tmp_path: Path) -> None:
    disk = Disk(tmp_path)
    disk.write(1)
    disk.kept = None
    disk.opened()
    disk.write(2)
    assert disk.numbers() == [1, 2]


def test_a_disk_that_fails_is_tried_again(tmp_path: Path) -> None:
    disk = Disk(tmp_path / "out")
    disk.how.folder.rmdir()
    with pytest.raises(Unavailable, match="No such file"):
        disk.write(1)
    disk.how.folder.mkdir()
    disk.write(1)
    assert disk.numbers() == [1]
