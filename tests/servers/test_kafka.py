"""The Kafka sink on a real broker (`make test-kafka`): all arrives, repeats can be told, outages lose nothing."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRecord

from pipeline.delivering import Delivery, Refused, Sink, Unavailable
from pipeline.ends import Around, findings_sink_of, sink_of
from tests.servers.kafka import Broker, broker

pytestmark = pytest.mark.kafka

LINES = [b'{"n":%d,"x":"%s"}' % (at, b"x" * 200) for at in range(5000)]
ONE = Delivery("one", "o", "http_requests", "shop.example", b"\n".join(LINES) + b"\n", 5000, 1, 2, "d1gest")


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """Return a broker."""
    with broker(tmp_path_factory.mktemp("kafka")) as started:
        yield started


def _sink(held: Broker, topic: str) -> Sink:
    return sink_of({"kind": "kafka", "brokers": [held.address], "topic": topic}, Around(Path(), Path(), {}))


async def _read(held: Broker, topic: str, count: int) -> list[ConsumerRecord]:
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=held.address, auto_offset_reset="earliest")
    await consumer.start()
    try:
        return [await asyncio.wait_for(consumer.getone(), 60) for _ in range(count)]
    finally:
        await consumer.stop()


def test_all_records_arrive_in_chunks_whose_keys_tell_repeats(held: Broker) -> None:
    async def run() -> list[ConsumerRecord]:
        sink = _sink(held, "chunks")
        await sink.write([ONE, replace(ONE, id="two", lines=LINES[0] + b"\n")])
        await sink.write([ONE])
        await sink.close()
        return await _read(held, "chunks", 7)

    held.create("chunks")
    read = asyncio.run(run())
    by_key = {each.key: each.value for each in read}
    assert sorted(by_key) == [b"one/0", b"one/1", b"one/2", b"two/0"], "a repeat has the keys of the first"
    assert b"".join(by_key[key] for key in sorted(by_key) if key != b"two/0") == ONE.body
    assert all(len(each.value) <= 512 * 1024 for each in read)
    assert dict(read[0].headers) | {"parts": b""} == {
        "dataset": b"http_requests",
        "zone": b"shop.example",
        "policy": b"d1gest",
        "parts": b"",
    }


def test_each_finding_is_a_message(held: Broker) -> None:
    async def run() -> list[ConsumerRecord]:
        said = {"kind": "kafka", "brokers": [held.address], "topic": "findings"}
        sink = findings_sink_of(said, Around(Path(), Path(), {}))
        await sink.write([replace(ONE, lines=b'{"id":"1"}\n{"id":"2"}\n')])
        await sink.close()
        return await _read(held, "findings", 2)

    held.create("findings")
    assert sorted(each.value for each in asyncio.run(run())) == [b'{"id":"1"}\n', b'{"id":"2"}\n']


def test_a_topic_that_takes_less_refuses_for_good(held: Broker) -> None:
    async def run() -> None:
        sink = _sink(held, "small")
        noise = b"".join(b'{"x":"%s"}\n' % each.hex().encode() for each in _noise(300))
        with pytest.raises(Refused, match="a message is longer than it takes"):
            await sink.write([replace(ONE, lines=noise)])
        await sink.close()

    held.create("small", "max.message.bytes=20000")
    asyncio.run(run())


def _noise(count: int) -> Iterator[bytes]:
    drawn = random.Random(7)  # noqa: S311 - no secret
    for _ in range(count):
        yield drawn.randbytes(500)


def test_a_topic_that_is_not_there_is_unavailable(held: Broker) -> None:
    async def run() -> None:
        sink = _sink(held, "nowhere")
        with pytest.raises(Unavailable, match="topic nowhere: "):
            await sink.write([ONE])
        await sink.close()

    asyncio.run(run())


def test_a_broker_that_dies_loses_nothing_that_was_said_to_be_durable(held: Broker) -> None:
    async def run() -> None:
        sink = _sink(held, "outage")
        await sink.write([ONE])
        held.stop()
        with pytest.raises(Unavailable):
            await sink.write([second])
        held.start()
        while not await _is_taken(sink, second):
            pass
        await sink.close()
        consumer = AIOKafkaConsumer("outage", bootstrap_servers=held.address, auto_offset_reset="earliest")
        await consumer.start()
        while expected:
            expected.discard((await asyncio.wait_for(consumer.getone(), 60)).key)
        await consumer.stop()

    second = replace(ONE, id="two")
    expected = {b"%s/%d" % (name, at) for name in (b"one", b"two") for at in (0, 1, 2)}
    held.create("outage")
    asyncio.run(asyncio.wait_for(run(), 300))


async def _is_taken(sink: Sink, delivery: Delivery) -> bool:
    try:
        await sink.write([delivery])
    except Unavailable:
        return False
    return True
