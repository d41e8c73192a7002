"""Object stores to test against: moto in every run; versitygw, which is strict, where it is installed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from boto3.session import Session
from botocore.client import BaseClient
from botocore.config import Config
from moto.server import ThreadedMotoServer

ID, SECRET = "edgesieve-test-id", "edgesieve-test-secret"
KINDS = ("moto", "versitygw", "versitygw over TLS")


@dataclass(frozen=True, slots=True)
class Served:
    """A store that answers."""

    is_strict: bool
    """It looks at signatures."""
    endpoint: str
    environment: Mapping[str, str]
    """What a program needs to use it."""
    client: BaseClient
    """For the test itself."""

    def fill(self, bucket: str, objects: Mapping[str, bytes]) -> None:
        """Make a bucket and objects in it."""
        self.client.create_bucket(Bucket=bucket)
        for key, data in objects.items():
            self.client.put_object(Bucket=bucket, Key=key, Body=data)

    def found(self, bucket: str) -> dict[str, bytes]:
        """Read all objects of a bucket."""
        listed = self.client.list_objects_v2(Bucket=bucket).get("Contents", ())
        return {each["Key"]: self.client.get_object(Bucket=bucket, Key=each["Key"])["Body"].read() for each in listed}


@contextmanager
def serving(kind: str, folder: Path) -> Iterator[Served]:
    """Start a store of a kind; its files, if it has some, are in a folder."""
    if kind == "moto":
        with _moto() as endpoint:
            yield _served(endpoint, None, is_strict=False)
    else:
        with _versitygw(folder, tls=kind.endswith("TLS")) as (endpoint, certificate):
            yield _served(endpoint, certificate, is_strict=True)


def _served(endpoint: str, certificate: Path | None, *, is_strict: bool) -> Served:
    environment = {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": ID,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": "/nonexistent",
        "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
        "AWS_EC2_METADATA_DISABLED": "true",
    } | ({"AWS_CA_BUNDLE": str(certificate)} if certificate else {})
    client = Session(ID, SECRET).client(
        "s3",
        region_name="us-east-1",
        endpoint_url=endpoint,
        config=Config(s3={"addressing_style": "path"}),
        verify=str(certificate) if certificate else None,
    )
    return Served(is_strict, endpoint, environment, client)


@contextmanager
def _moto() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()


@contextmanager
def _versitygw(folder: Path, *, tls: bool) -> Iterator[tuple[str, Path | None]]:
    program = shutil.which("versitygw", path=f"{os.environ.get('PATH', '')}:{Path.home() / 'go' / 'bin'}")
    if program is None:
        pytest.skip("needs versitygw: CGO_ENABLED=0 go install github.com/versity/versitygw/cmd/versitygw@latest")
    (folder / "data").mkdir(parents=True)
    port, certificate = _free_port(), _certificate(folder) if tls else None
    secured = ["--cert", str(certificate), "--key", str(folder / "key.pem")] if certificate else []
    command = [program, "--port", f"127.0.0.1:{port}", "--access", ID, "--secret", SECRET, "--quiet", *secured]
    process = subprocess.Popen([*command, "posix", str(folder / "data")], stdout=subprocess.DEVNULL)
    try:
        _wait_for(port, process)
        yield f"{'https' if tls else 'http'}://127.0.0.1:{port}", certificate
    finally:
        process.kill()
        process.wait()


def _certificate(folder: Path) -> Path:
    """Make a certificate that signs itself, for 127.0.0.1."""
    command = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    )
    paths = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run([*command.split(), *paths], check=True, capture_output=True)
    return folder / "cert.pem"


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        return port


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        with socket.socket() as tried:
            tried.settimeout(0.05)
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
    pytest.fail("versitygw ended at the start")
