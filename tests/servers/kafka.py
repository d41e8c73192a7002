"""A real Kafka of one node, on loopback: its jars come by Maven and stay in .kafka/ beside the Makefile."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

VERSION = "3.9.1"
HOME = Path(__file__).parents[2] / ".kafka"
_POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>local.test</groupId><artifactId>kafka</artifactId><version>1</version><packaging>pom</packaging>
<dependencies>
<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>{VERSION}</version></dependency>
<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-tools</artifactId><version>{VERSION}</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-reload4j</artifactId><version>1.7.36</version></dependency>
</dependencies></project>
"""
_LOGGING = "log4j.rootLogger=OFF\n"
_START_SECONDS = 120


@dataclass(slots=True)
class Broker:
    """A broker that can be stopped and started again with all it holds."""

    folder: Path
    port: int
    controller: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Return what clients begin with."""
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start, and wait until it listens."""
        with (self.folder / "broker.log").open("ab") as log:
            command = _java("kafka.Kafka", str(self.folder / "server.properties"))
            self.process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            with socket.socket() as tried:
                tried.settimeout(0.2)
                if tried.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
        pytest.fail(f"the broker did not start: {(self.folder / 'broker.log').read_text()[-2000:]}")

    def stop(self) -> None:
        """End it at once, as a machine that goes away."""
        if self.process:
            self.process.kill()
            self.process.wait()

    def create(self, topic: str, *settings: str) -> None:
        """Make a topic."""
        options = [part for each in settings for part in ("--config", each)]
        command = _java("org.apache.kafka.tools.TopicCommand", "--bootstrap-server", self.address)
        subprocess.run([*command, "--create", "--topic", topic, "--partitions", "2", *options], check=True, timeout=120)


@contextmanager
def broker(folder: Path) -> Iterator[Broker]:
    """Start a broker whose data are in a folder."""
    _fetch()
    held = Broker(folder, _free_port(), _free_port())
    _configure(held)
    held.start()
    try:
        yield held
    finally:
        held.stop()


def _fetch() -> None:
    """Have the jars; skip where they cannot be had, but fail in CI: there a hole would not be seen."""
    missing = [name for name in ("java", "mvn") if shutil.which(name) is None]
    if missing:
        reason = f"needs {' and '.join(missing)}: apt-get install default-jre-headless maven"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    if not (HOME / f"jars-{VERSION}" / "done").exists():
        HOME.mkdir(exist_ok=True)
        (HOME / "pom.xml").write_text(_POM)
        jars = HOME / f"jars-{VERSION}"
        goal = ["dependency:copy-dependencies", f"-DoutputDirectory={jars}", "-DincludeScope=runtime"]
        command = [shutil.which("mvn") or "mvn", "-q", "-B", "-f", str(HOME / "pom.xml"), *goal]
        subprocess.run(command, check=True, timeout=600)
        (jars / "done").touch()


def _configure(held: Broker) -> None:
    (held.folder / "log4j.properties").write_text(_LOGGING)
    settings = {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@127.0.0.1:{held.controller}",
        "listeners": f"PLAINTEXT://{held.address},CONTROLLER://127.0.0.1:{held.controller}",
        "advertised.listeners": f"PLAINTEXT://{held.address}",
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs": str(held.folder / "data"),
        "auto.create.topics.enable": "false",
        "offsets.topic.replication.factor": "1",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "group.initial.rebalance.delay.ms": "0",
    }
    path = held.folder / "server.properties"
    path.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    identity = "MkU3OEVBNTcwNTJENDM2Qg"  # any 16 bytes in base64
    subprocess.run(_java("kafka.tools.StorageTool", "format", "-t", identity, "-c", str(path)), check=True, timeout=120)


def _java(main: str, *arguments: str) -> Sequence[str]:
    jars = HOME / f"jars-{VERSION}"
    options = ["-Xmx384m", "-Dlog4j.rootLogger=OFF", "-Dlog4j.configuration=file:/dev/null"]
    return ["java", *options, "-cp", f"{jars}/*", main, *arguments]


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        return port
