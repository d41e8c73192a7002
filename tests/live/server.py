"""`edgesieve run` as a process of its own, asked over real sockets."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import edgesieve

CONFIG = """\
[key]
file = "edge.key"
[[source]]
kind = "http"
listen = "127.0.0.1:0"
auth = ["header:X-Edgesieve-Secret=env:SECRET"]
[[sink]]
kind = "files"
path = "out/"
[[findings]]
kind = "file"
path = "findings.ndjson"
[metrics]
listen = "127.0.0.1:0"
"""
SECRET = "a-secret-of-tests"
HEADERS = {"X-Edgesieve-Secret": SECRET}


@dataclass(slots=True)
class Server:
    """One run in a folder."""

    folder: Path
    process: subprocess.Popen[bytes]
    said: list[str] = field(default_factory=list)
    """Lines of stderr."""
    port: int = 0
    metrics_port: int = 0
    _listener: threading.Thread | None = None
    _heard: threading.Condition = field(default_factory=threading.Condition)

    def wait_for(self, words: str, seconds: float = 60) -> str:
        """Wait until a line is said that matches; return it."""
        with self._heard:
            found = self._heard.wait_for(lambda: self._find(words), seconds)
        assert found, (words, self.said)
        return str(found)

    def post(
        self, body: bytes, path: str = "/logpush", headers: Mapping[str, str] = HEADERS, method: str = "POST"
    ) -> tuple[int, str]:
        """Send a body; return status and text of the answer."""
        told = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        size = f"Content-Length: {len(body)}\r\n"
        head = f"{method} {path} HTTP/1.1\r\nHost: logs.example\r\n{told}{size}Connection: close\r\n\r\n"
        return answered(self.port, head.encode() + body)

    def metrics(self) -> dict[str, float]:
        """Return the metrics as they are now, by name and labels."""
        _, text = answered(self.metrics_port, b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        lines = (line.rpartition(" ") for line in text.splitlines() if line and line[0] != "#")
        return {name: float(value) for name, _, value in lines}

    def stop(self) -> int:
        """Let it end; return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.ended()

    def kill(self) -> None:
        """Kill it, and nothing else."""
        self.process.kill()
        self.ended()

    def ended(self) -> int:
        """Wait until it has ended; return its exit code."""
        code = self.process.wait(60)
        if self._listener:
            self._listener.join()
        else:
            self._listen()
        if self.process.stderr:
            self.process.stderr.close()
        return code

    def workers(self) -> list[int]:
        """Return the ids of its worker processes."""
        threads = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return [int(child) for children in threads for child in children.read_text().split()]

    def _find(self, words: str) -> str | None:
        return next((line for line in self.said if re.search(words, line)), None)

    def _listen(self) -> None:
        for line in self.process.stderr or ():
            with self._heard:
                self.said.append(line.decode().rstrip())
                self._heard.notify_all()
        with self._heard:
            self._heard.notify_all()

    def begin(self) -> None:
        """Wait until it listens."""
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        self.metrics_port = int(self.wait_for(r"metrics on ").rpartition("/metrics")[0].rpartition(":")[2])
        self.port = int(self.wait_for(r"listening on ").rpartition("/logpush")[0].rpartition(":")[2])


RUN = ("-m", "edgesieve", "run", "--config", "edge.toml")


def spawned(folder: Path, config: str = CONFIG, program: Sequence[str] = RUN, **environment: str) -> Server:
    """Start a run in a folder, with a key ring if there is none; do not wait for it."""
    (folder / "edge.toml").write_text(config)
    if not (folder / "edge.key").exists():
        subprocess.run([sys.executable, "-m", "edgesieve", "key", "new", "edge.key"], cwd=folder, check=True, stderr=-3)
    home = str(Path(edgesieve.__file__).parent)
    told = {**os.environ, "PYTHONPATH": home, "SECRET": SECRET, **environment}
    return Server(folder, subprocess.Popen([sys.executable, *program], cwd=folder, env=told, stderr=subprocess.PIPE))


def started(folder: Path, config: str = CONFIG, **environment: str) -> Server:
    """Start a run in a folder; return once it listens."""
    server = spawned(folder, config, RUN, **environment)
    server.begin()
    return server


def answered(port: int, request: bytes) -> tuple[int, str]:
    """Send bytes; return status and text of the answer, 0 where there is none."""
    with socket.create_connection(("127.0.0.1", port), timeout=120) as connection:
        with contextlib.suppress(OSError):  # an answer may come before all was sent
            connection.sendall(request)
        data = b"".join(_received(connection))
    head, _, body = data.partition(b"\r\n\r\n")
    return (int(head.split()[1]), body.decode()) if head else (0, "")


def _received(connection: socket.socket) -> Iterator[bytes]:
    try:
        while part := connection.recv(1 << 16):
            yield part
    except OSError:
        return
