"""A bucket as a live source: nothing is missed, nothing comes twice, and what was not done comes again."""

from __future__ import annotations

import asyncio
import base64
import gzip
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from time import time

import orjson
import pytest
from aiohttp import web
from boto3.session import Session

from pipeline.arriving.cursor import Cursor
from pipeline.arriving.queues import Queue, queue_of
from pipeline.base import MIB
from pipeline.delivering import Received, Unavailable
from pipeline.objects import client_of
from pipeline.settings import FileSource
from pipeline.sources.objects_arriving import ObjectsSource
from pipeline.stores import Address
from tests.stores import ID, SECRET, Served, serving

NAMES = ("20260314T000000Z_20260314T000500Z_00000001", "20260315T000000Z_20260315T000500Z_00000002")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Return a store that answers."""
    with serving("moto", tmp_path_factory.mktemp("store")) as served:
        yield served


@pytest.fixture(autouse=True)
def _own(store: Served, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("pipeline.arriving.queues.WAIT_SECONDS", 1)
    for name, value in store.environment.items():
        monkeypatch.setenv(name, value)
    client_of.cache_clear()
    yield
    client_of.cache_clear()


class Watch:
    """A source that can be asked for what is there now, and started anew."""

    def __init__(self, folder: Path, bucket: str, since: str = "", queue: str = "") -> None:
        """Keep what the source is made of."""
        self.folder, self.bucket, self.since, self.queue = folder, bucket, since, queue
        self.told: list[str] = []

    def take(self, *, done: bool = True, most: int = 100, size: int = MIB) -> dict[str, bytes]:
        """Start a source, take what one pass and one look at the queue bring, and stop; bytes by origin."""
        return asyncio.run(self._take(most, size, self._done if done else self._not_done))

    @staticmethod
    async def _done(received: Received) -> None:
        await received.done()

    @staticmethod
    async def _not_done(_: Received) -> None:
        pass

    async def _take(self, most: int, size: int, then: Callable[[Received], Awaitable[None]]) -> dict[str, bytes]:
        queue: Queue | None = queue_of(self.queue, "default") if self.queue else None
        said = FileSource(f"s3://{self.bucket}/", "http_requests", "shop.example")
        cursor = Cursor(self.folder / "cursor.sqlite")
        passes = 0

        def clock() -> float:
            """Tell the time, as is asked at the start of each pass; have the second one be the last."""
            nonlocal passes
            passes += 1
            if passes > 1:
                source._closing.set()  # noqa: SLF001 - close() is for the loop of another thread
            return time()

        source = ObjectsSource(
            Address(self.bucket, "logs/"), said, cursor, size, clock, self.told.append, self.since, queue, pause=0.01
        )
        taken: dict[str, bytes] = {}

        async def run() -> None:
            async for each in source.batches():
                assert each.batch.path == each.batch.origin.partition("#")[0]
                assert (each.batch.dataset, each.batch.zone) == ("http_requests", "shop.example")
                origin = each.batch.origin.removeprefix(f"s3://{self.bucket}/logs/")
                assert origin not in taken, "it came twice"
                taken[origin] = b"".join(each.batch.chunks)
                await then(each)
                if len(taken) == most:
                    break

        await asyncio.wait_for(run(), 30)
        await source.close()
        cursor.close()
        return taken


def _names(taken: dict[str, bytes]) -> list[str]:
    return sorted(origin.partition("#")[0] for origin in taken)


def test_each_object_comes_once_with_its_bytes_and_its_version(store: Served, tmp_path: Path) -> None:
    body = gzip.compress(b"{}\n")
    others = ("ownership-challenge-1.txt", "test.txt.gz", "empty.gz", "folder/")
    store.fill(
        "one",
        {f"logs/{name}.log.gz": body for name in NAMES}
        | {f"logs/{name}": b"" if name.endswith(("gz", "/")) else b"jwt" for name in others}
        | {"other/x": b"no"},
    )
    watch = Watch(tmp_path, "one")
    taken = watch.take()
    assert _names(taken) == [f"{name}.log.gz" for name in NAMES]
    assert set(taken.values()) == {body}
    etag = store.client.head_object(Bucket="one", Key=f"logs/{NAMES[0]}.log.gz")["ETag"].strip('"')
    assert f"{NAMES[0]}.log.gz#{etag}" in taken
    assert watch.take() == {}, "a source that is started anew knows what was done"


def test_what_was_not_done_comes_again_and_holds_the_horizon(store: Served, tmp_path: Path) -> None:
    store.fill("two", {f"logs/{name}": b"x" for name in ("20250101/a", "20260314/a", "20260315/a")})
    watch = Watch(tmp_path, "two")
    assert len(watch.take(done=False)) == 3
    assert _names(watch.take(most=1)) == ["20250101/a"]
    assert _names(watch.take()) == ["20260314/a", "20260315/a"]
    cursor = Cursor(tmp_path / "cursor.sqlite")
    assert cursor.horizon("logs/{DATE}/") == "20260313T000000Z"
    cursor.close()


def test_what_comes_late_or_in_the_same_second_or_changed_is_not_missed(store: Served, tmp_path: Path) -> None:
    store.fill("three", {f"logs/{NAMES[1]}.log.gz": b"first"})
    watch = Watch(tmp_path, "three")
    assert len(watch.take()) == 1
    same = NAMES[1].replace("00000002", "00000001")  # sorts before what was read, and is as old
    store.fill("three", {f"logs/{name}.log.gz": b"late" for name in (NAMES[0], same)})
    assert _names(watch.take()) == [f"{NAMES[0]}.log.gz", f"{same}.log.gz"]
    store.fill("three", {f"logs/{NAMES[1]}.log.gz": b"second"})
    assert [*watch.take().values()] == [b"second"]


def test_since_leaves_out_what_is_older_by_its_name(store: Served, tmp_path: Path) -> None:
    store.fill(
        "four", {f"logs/{name}": b"x" for name in ("20260314/a", "20260315/a", f"{NAMES[0]}.x", f"{NAMES[1]}.x")}
    )
    assert _names(Watch(tmp_path, "four", since="2026-03-15").take()) == ["20260315/a", f"{NAMES[1]}.x"]


def test_what_cannot_be_read_is_told_and_comes_when_it_can(store: Served, tmp_path: Path) -> None:
    store.fill("five", {"logs/a": b"x"})
    watch = Watch(tmp_path, "nowhere")
    assert watch.take() == {}
    assert watch.told[0].startswith("s3://nowhere/logs/: NoSuchBucket; right would be a bucket that exists there")
    store.fill("nowhere", {"logs/a": b"x"})
    assert _names(watch.take()) == ["a"]


def test_of_a_big_object_no_more_is_held_than_the_engine_may_take(store: Served, tmp_path: Path) -> None:
    store.fill("six", {"logs/big": bytes(3 * MIB)})
    (body,) = Watch(tmp_path, "six").take(size=MIB).values()
    assert MIB < len(body) <= MIB + (1 << 18)


# --- queues -------------------------------------------------------------------------------------------------------


def _sqs(store: Served, bucket: str) -> str:
    client = Session(ID, SECRET).client("sqs", region_name="us-east-1", endpoint_url=store.endpoint)
    url: str = client.create_queue(QueueName=bucket)["QueueUrl"]
    arn = client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events = [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}]
    store.client.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"QueueConfigurations": events}
    )
    return url


def _left(store: Served, url: str) -> int:
    client = Session(ID, SECRET).client("sqs", region_name="us-east-1", endpoint_url=store.endpoint)
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    said = client.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(said[name]) for name in names)


def test_messages_of_sqs_name_objects_and_go_when_these_are_done(store: Served, tmp_path: Path) -> None:
    store.fill("seven", {})
    url = _sqs(store, "seven")
    watch = Watch(tmp_path, "seven", since="2026-03-15", queue=f"sqs:{url}")
    assert watch.take() == {}
    assert _left(store, url) == 0, "the message by which S3 tries the queue is taken off"
    store.fill("seven", {"logs/20260314/a b+ü.gz": b"1", "other/x": b"2"})
    assert _names(watch.take(done=False)) == ["20260314/a b+ü.gz"]
    assert _left(store, url) == 1, "what is not done stays; what is not ours goes"
    assert watch.told == []


class _R2Queue:
    """The pull API of a queue, as strict as its documentation."""

    def __init__(self, messages: dict[str, str]) -> None:
        """Hold messages by their leases."""
        self.messages = messages
        self.given: set[str] = set()

    async def answer(self, request: web.Request) -> web.Response:
        """Answer a pull or an acknowledgement."""
        if request.headers.get("Authorization") != "Bearer t0ken" or request.content_type != "application/json":
            return web.json_response({"success": False, "errors": [{"code": 10000}], "result": None}, status=403)
        said = await request.json()
        if request.path.endswith("/pull"):
            assert 1 <= said["batch_size"] <= 100
            assert said["visibility_timeout_ms"] <= 12 * 3600 * 1000
            leases = [lease for lease in self.messages if lease not in self.given][: said["batch_size"]]
            self.given.update(leases)
            messages = [{"lease_id": lease, "body": self.messages[lease], "attempts": 1} for lease in leases]
            return web.json_response({"success": True, "errors": [], "result": {"messages": messages}})
        for each in said["acks"]:
            del self.messages[each["lease_id"]]
        return web.json_response({"success": True, "errors": [], "result": {"ackCount": len(said["acks"])}})


def _r2_message(store: Served, bucket: str, key: str, action: str = "PutObject") -> str:
    found = store.client.head_object(Bucket=bucket, Key=key)
    thing = {"key": key, "size": found["ContentLength"], "eTag": found["ETag"].strip('"')}
    return orjson.dumps({"account": "a", "action": action, "bucket": bucket, "object": thing}).decode()


def test_messages_of_r2_are_pulled_and_go_when_their_objects_are_done(
    store: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.fill("eight", {"logs/20260314/a b+%.gz": b"1", "logs/20260314/b.gz": b"2"})
    first, second = (_r2_message(store, "eight", f"logs/20260314/{name}.gz") for name in ("a b+%", "b"))
    held = _R2Queue(
        {
            "1": base64.b64encode(first.encode()).decode(),
            "2": second,
            "3": "hunter2",
            "4": _r2_message(store, "eight", "logs/20260314/b.gz", "DeleteObject"),
        }
    )

    async def run() -> dict[str, bytes]:
        app = web.Application()
        app.router.add_post("/accounts/a/queues/q/messages/{what}", held.answer)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        monkeypatch.setenv("CLOUDFLARE_BASE_URL", f"http://127.0.0.1:{runner.addresses[0][1]}")
        try:
            return await watch._take(100, MIB, Watch._done)  # noqa: SLF001 - in this loop
        finally:
            await runner.cleanup()

    watch = Watch(tmp_path, "eight", since="2026-03-15", queue="r2:a/q")
    with pytest.raises(Unavailable, match="CLOUDFLARE_API_TOKEN not set"):
        asyncio.run(run())
    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", "t0ken")
    assert _names(asyncio.run(run())) == ["20260314/a b+%.gz", "20260314/b.gz"]
    assert list(held.messages) == ["3"], "what tells of no object stays"
    assert watch.told == ["a message of the queue names no object as S3 or R2 would; it stays in the queue"]
