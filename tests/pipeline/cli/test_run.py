"""`edgesieve run` from outside: real processes, real sockets, real files; nothing lost, nothing twice, nothing raw."""

from __future__ import annotations

import gzip
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from pipeline.packing import unpacked
from tests.live.server import CONFIG, HEADERS, SECRET, Server, answered, spawned, started
from tests.program import RAW, SAFE, Edgesieve

CANARY = b"c4n4ry"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a run that several tests ask."""
    server = started(tmp_path_factory.mktemp("run"))
    yield server
    assert server.stop() == 0


def _line(name: str) -> bytes:
    return RAW.replace(b"8a1b2c3d4e5f6071", name.encode())


def delivered(folder: Path) -> list[bytes]:
    """Return the safe lines in the files of a sink."""
    return b"".join(unpacked(path.read_bytes()) for path in sorted((folder / "out").iterdir())).splitlines()


def _count(folder: Path, name: str) -> int:
    return sum(name.encode() in line for line in delivered(folder))


def _holds(folder: Path, word: bytes) -> list[str]:
    """Return the files below a folder that hold a word, compressed or not."""
    found = []
    for path in folder.rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        if path.parent.name == "out":
            data = unpacked(data)
        found += [path.name] if word in data else []
    return found


def test_an_upload_is_delivered_redacted_and_counted_once(tmp_path: Path, edgesieve: Edgesieve) -> None:
    server = started(tmp_path)
    body = gzip.compress(_line("first") + b"no json c4n4ry\n" + _line("last"))
    gzipped = {**HEADERS, "Content-Encoding": "gzip"}
    assert server.post(body, "/logpush/http_requests/shop.example", gzipped) == (200, "ok\n")
    assert server.post(body, "/logpush/http_requests/shop.example", gzipped) == (200, "ok\n")
    server.wait_for(r"dead: logpush/http_requests/shop\.example/[0-9a-f]{32}:2 \(offset \d+\): not_json")
    metrics = server.metrics()
    assert metrics['edgesieve_records_total{dataset="http_requests",outcome="redacted",zone="other"}'] == 2
    assert metrics['edgesieve_dead_letters_total{reason="not_json",zone="other"}'] == 1
    assert metrics['edgesieve_batches_total{result="stored"}'] == 1
    assert metrics['edgesieve_batches_total{result="again"}'] == 1
    assert metrics['edgesieve_http_responses_total{code="200"}'] == 2
    assert server.stop() == 0
    assert delivered(tmp_path) == [SAFE.strip().replace(b"8a1b2c3d4e5f6071", name) for name in (b"first", b"last")]
    assert _holds(tmp_path, CANARY) == []
    piped = edgesieve("redact", "--dataset", "http_requests", "--key-file", "edge.key", stdin=gzip.decompress(body))
    assert piped.stdout.splitlines() == delivered(tmp_path)


@pytest.mark.parametrize("body", [b"", b"test", b'{"content":"test"}', b'{"content": "tests"}\n'])
def test_a_test_of_the_destination_is_welcome_and_not_stored(server: Server, body: bytes) -> None:
    assert server.post(body) == (200, "ok\n")
    assert server.post(gzip.compress(body), headers={**HEADERS, "Content-Encoding": "gzip"}) == (200, "ok\n")
    assert server.metrics()['edgesieve_batches_total{result="stored"}'] == 0


ANSWERS = {
    "no secret": (401, {"headers": {}}),
    "a wrong secret": (401, {"headers": {"X-Edgesieve-Secret": SECRET + "x"}}),
    "the right secret elsewhere": (401, {"headers": {"Authorization": f"Bearer {SECRET}"}}),
    "another path": (404, {"path": "/"}),
    "a path beyond": (404, {"path": "/logpush/../../etc/passwd"}),
    "an unknown dataset": (404, {"path": "/logpush/no_such"}),
    "too many parts": (404, {"path": "/logpush/http_requests/a.example/b"}),
    "an odd zone": (404, {"path": "/logpush/http_requests/..%2f"}),
    "another method": (405, {"method": "GET"}),
    "an unknown encoding": (400, {"headers": {**HEADERS, "Content-Encoding": "br"}}),
    "a form": (400, {"headers": {**HEADERS, "Content-Type": "multipart/form-data; boundary=x"}}),
    "no JSON at all": (400, {"body": b"garbage\n" * 100}),
    "an array": (400, {"body": b"[" + RAW.strip() + b"]\n" * 100}),
    "broken gzip": (400, {"body": gzip.compress(RAW * 1000)[:-9]}),
    "a header that is too long": (400, {"headers": {**HEADERS, "X-Long": "x" * 200_000}}),
    "a size that lies": (400, {"headers": {**HEADERS, "Content-Length": "-1"}}),
    "two ways to tell the size": (400, {"headers": {**HEADERS, "Transfer-Encoding": "chunked"}}),
}


@pytest.mark.parametrize(("code", "asked"), ANSWERS.values(), ids=ANSWERS.keys())
def test_what_cannot_be_taken_is_answered_with_its_reason(server: Server, code: int, asked: dict[str, Any]) -> None:
    before = server.metrics()['edgesieve_batches_total{result="stored"}']
    assert server.post(**{"body": RAW * 10, **asked})[0] == code
    assert server.metrics()['edgesieve_batches_total{result="stored"}'] == before


def test_a_bomb_is_refused_and_costs_little(server: Server) -> None:
    bomb = gzip.compress(bytes(200_000_000), 9)
    assert len(bomb) < 300_000
    assert server.post(bomb)[0] == 413
    for pid in (server.process.pid, *server.workers()):
        peak = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM"))
        assert int(peak.split()[1]) < 250_000


def test_idle_connections_keep_nobody_out(server: Server) -> None:
    idle = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(1200)]
    for each in idle[:100]:
        each.close()
    assert server.post(b"test") in ((200, "ok\n"), (0, ""))
    for each in idle:
        each.close()
    for _ in range(100):
        if server.post(b"test")[0] == 200:
            break
    assert server.post(b"test") == (200, "ok\n")
    assert server.metrics()["edgesieve_connections"] <= 1001


def test_health_is_told_and_nothing_else(server: Server) -> None:
    for path, code in (("/healthz", 200), ("/readyz", 200), ("/", 404), ("/logpush", 404)):
        request = f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
        assert answered(server.metrics_port, request)[0] == code


def test_killed_at_once_after_the_answer_it_delivers_all_when_it_is_started_again(tmp_path: Path) -> None:
    server = started(tmp_path)
    for number in range(3):
        assert server.post(_line(f"a{number}"))[0] == 200
    server.kill()
    torn = max((tmp_path / "spool").glob("*.spool"))
    with torn.open("ab") as file:
        file.write(b"half a frame")
    again = started(tmp_path)
    again.wait_for("12 bytes that were never acknowledged are cut off")
    assert again.post(_line("a1"))[0] == 200
    assert again.metrics()['edgesieve_batches_total{result="again"}'] == 1
    assert again.post(_line("b"))[0] == 200
    assert again.stop() == 0
    assert [_count(tmp_path, name) for name in ("a0", "a1", "a2", "b")] == [1, 1, 1, 1]


def test_an_upload_that_is_half_sent_when_it_is_told_to_stop_is_answered(tmp_path: Path) -> None:
    server = started(tmp_path)
    body = _line("half")
    head = f"POST /logpush HTTP/1.1\r\nHost: x\r\nX-Edgesieve-Secret: {SECRET}\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(head.encode() + body[:50])
        while not server.metrics()["edgesieve_connections"]:
            continue
        server.process.send_signal(signal.SIGTERM)
        connection.sendall(body[50:])
        assert connection.recv(100).startswith(b"HTTP/1.1 200")
    assert server.ended() == 0
    assert _count(tmp_path, "half") == 1


def test_a_full_spool_says_so_and_takes_again_when_it_was_emptied(tmp_path: Path) -> None:
    config = CONFIG + '[spool]\nmax_bytes = "100kB"\n'
    (tmp_path / "out").write_text("no folder: the sink cannot write")
    assert spawned(tmp_path, config).ended() == 74
    (tmp_path / "out").unlink()
    server = started(tmp_path, config)
    (tmp_path / "out").rename(tmp_path / "away")  # now the sink fails
    codes, names = [], []
    for number in range(50):
        lines = b"".join(_line(f"{number}-{os.urandom(8).hex()}") for _ in range(400))
        codes.append(server.post(lines)[0])
        names += [f"{number}-"] * (codes[-1] == 200)
        if codes[-1] == 503:
            break
    assert codes[-1] == 503
    assert set(codes[:-1]) == {200}
    ready = answered(server.metrics_port, b"GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert ready in ((503, "the spool is full\n"), (200, "ready\n"))
    (tmp_path / "away").rename(tmp_path / "out")
    assert server.stop() == 0
    again = started(tmp_path, config)
    assert again.stop() == 0
    assert len(delivered(tmp_path)) == 400 * len(names)


def test_sinks_get_what_they_ask_for(tmp_path: Path) -> None:
    more = '[[sink]]\nkind = "files"\npath = "some/"\nwhere = \'RayID == "b"\'\ndrop_fields = ["ClientIP"]\n'
    server = started(tmp_path, CONFIG + more)
    assert server.post(_line("a") + _line("b"))[0] == 200
    assert server.stop() == 0
    assert len(delivered(tmp_path)) == 2
    (path,) = (tmp_path / "some").iterdir()
    assert orjson.loads(unpacked(path.read_bytes())) == {
        "ClientRequestURI": "/a",
        "RayID": "b",
        "EdgeStartTimestamp": 1,
    }


def test_a_changed_configuration_is_taken_up_and_a_wrong_one_refused(tmp_path: Path) -> None:
    server = started(tmp_path)
    config = tmp_path / "edge.toml"
    config.write_text(CONFIG + '[redact]\nip = "drop"\n')
    server.process.send_signal(signal.SIGHUP)
    server.wait_for("a new configuration is in force, policy [0-9a-f]+")
    assert server.post(_line("new"))[0] == 200
    config.write_text(CONFIG + '[redact]\nip = "c4n4ry"\n')
    server.process.send_signal(signal.SIGHUP)
    server.wait_for("the configuration is refused, the old one stays: edge.toml:.*redact.ip: unknown word")
    assert server.metrics()["edgesieve_config_last_reload_successful"] == 0
    config.write_text(CONFIG.replace("out/", "elsewhere/"))
    server.process.send_signal(signal.SIGHUP)
    server.wait_for("change with a restart only")
    assert server.post(_line("newer"))[0] == 200
    assert server.stop() == 0
    assert [orjson.loads(line).get("ClientIP", "") for line in delivered(tmp_path)] == ["[ip]", "[ip]"]


def _certificate(folder: Path, name: str) -> None:
    asked = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    places = ["-keyout", "tls.key", "-out", "tls.crt", "-subj", f"/CN={name}"]
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl here to make a certificate")
    subprocess.run([openssl, "req", *asked, *places], cwd=folder, check=True, capture_output=True)


def _seen_certificate(port: int) -> bytes:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", port)) as plain, context.wrap_socket(plain) as secured:
        body = _line("tls")
        head = (
            f"POST /logpush HTTP/1.1\r\nHost: x\r\nX-Edgesieve-Secret: {SECRET}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        secured.sendall(head.encode() + body)
        assert secured.recv(100).startswith(b"HTTP/1.1 200")
        return secured.getpeercert(binary_form=True) or b""


def test_a_certificate_can_be_changed_while_it_listens(tmp_path: Path) -> None:
    _certificate(tmp_path, "first")
    tls = 'auth = ["header:X-Edgesieve-Secret=env:SECRET"]\ntls = { cert = "tls.crt", key = "tls.key" }'
    server = started(tmp_path, CONFIG.replace('auth = ["header:X-Edgesieve-Secret=env:SECRET"]', tls))
    assert b"first" in _seen_certificate(server.port)
    (expiry,) = (value for name, value in server.metrics().items() if "certificate_expiry" in name)
    assert 86_400 < expiry - (tmp_path / "tls.crt").stat().st_mtime < 3 * 86_400
    _certificate(tmp_path, "second")
    server.wait_for("a new certificate is in force")
    assert b"second" in _seen_certificate(server.port)
    assert server.stop() == 0


REFUSED = {
    "no source": (CONFIG.replace('[[source]]\nkind = "http"', '[[source]]\nkind = "files"').partition("listen")[0], ""),
    "no sink": (CONFIG.partition("[[sink]]")[0], "sink: missing"),
    "no key": ("[[source]]" + CONFIG.partition("[[source]]")[2], "key.file: missing"),
    "no secret in the environment": (CONFIG.replace("env:SECRET", "env:NOT_SET"), "the variable NOT_SET is not set"),
    "open to all": (
        CONFIG.replace(
            'listen = "127.0.0.1:0"\nauth = ["header:X-Edgesieve-Secret=env:SECRET"]', 'listen = "0.0.0.0:1"'
        ),
        "anybody could upload here",
    ),
    "a condition that is none": (CONFIG + "[[sink]]\nkind='files'\npath='b'\nwhere='status >'", "wrong from character"),
    "a secret in the file": (CONFIG.replace("env:SECRET", "hunter2"), "not a way to prove who one is"),
}


@pytest.mark.parametrize(("config", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_a_run_that_cannot_be_does_not_start(tmp_path: Path, config: str, message: str) -> None:
    (tmp_path / "edge.key").touch(0o600)
    (tmp_path / "edge.toml").write_text(config)
    command = [sys.executable, "-m", "edgesieve", "run", "--config", "edge.toml"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert run.returncode == 78
    assert message in run.stderr
    assert "hunter2" not in run.stderr


def test_two_runs_never_share_a_spool_or_a_state(tmp_path: Path) -> None:
    server = started(tmp_path)
    second = spawned(tmp_path)
    assert second.ended() == 78
    assert "in use by another run" in second.said[0]
    assert server.stop() == 0
