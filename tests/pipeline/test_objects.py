"""Objects behind `edgesieve redact`: on moto, and on a strict store where there is one."""

from __future__ import annotations

import gzip
import os
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from pipeline.base import MIB
from pipeline.objects import StoreError, chunks, client_of, pages
from pipeline.stores import Address, Store
from pipeline.uploads import PART_BYTES, Upload
from tests.program import RAW, SAFE, Edgesieve
from tests.stores import ID, KINDS, SECRET, Served, serving

NAME = "20260101/20260101T000000Z_20260101T000000Z_6af03489.log.gz"
OTHER = "20260102/20260102T000000Z_20260102T000000Z_6af03490.log.gz"


@pytest.fixture(scope="module", params=KINDS)
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Return a store that answers; buckets are named apart by tests."""
    with serving(request.param, tmp_path_factory.mktemp("store")) as store:
        yield store


@pytest.fixture
def own(served: Served, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """Return the same, told to this process too."""
    for name, value in served.environment.items():
        monkeypatch.setenv(name, value)
    client_of.cache_clear()
    yield served
    client_of.cache_clear()


def _raw(served: Served, bucket: str, **more: bytes) -> None:
    objects = {f"http_requests/{name}": gzip.compress(RAW * 10) for name in (NAME, OTHER)}
    served.fill(bucket, {**objects, **more})


def test_a_prefix_goes_to_a_prefix_under_the_same_names_and_compression(served: Served, edgesieve: Edgesieve) -> None:
    tests = {"http_requests/ownership-challenge-1.txt": b"jwt", "http_requests/test.txt.gz": b"", "other/x": RAW}
    _raw(served, "raw-one", **tests)
    served.fill("clean-one", {})
    run = edgesieve("redact", "s3://raw-one/http_requests/", "-o", "s3://clean-one/safe/", **served.environment)
    assert (run.returncode, run.stderr.decode().splitlines()[1][:29]) == (0, "edgesieve: 20 records: 20 red")
    found = served.found("clean-one")
    assert {key: gzip.decompress(data) for key, data in found.items()} == {
        f"safe/{NAME}": SAFE * 10,
        f"safe/{OTHER}": SAFE * 10,
    }
    edgesieve("redact", "s3://raw-one/http_requests/", "-o", "s3://clean-one/safe/", **served.environment)
    assert served.found("clean-one") == found, "a run that is repeated writes the same bytes"


def test_objects_go_to_a_folder_and_files_to_objects(served: Served, edgesieve: Edgesieve, tmp_path: Path) -> None:
    _raw(served, "raw-two")
    served.fill("clean-two", {})
    assert edgesieve("redact", "s3://raw-two/", "-o", "safe/", **served.environment).returncode == 0
    assert gzip.decompress((tmp_path / "safe/http_requests" / NAME).read_bytes()) == SAFE * 10
    assert edgesieve("redact", "safe", "-o", "s3://clean-two/all.ndjson", **served.environment).returncode == 0
    assert served.found("clean-two") == {"all.ndjson": SAFE * 20}


def test_one_object_comes_out_on_stdout_and_stdin_goes_to_one(served: Served, edgesieve: Edgesieve) -> None:
    _raw(served, "raw-three")
    run = edgesieve("redact", f"s3://raw-three/http_requests/{NAME}", **served.environment)
    assert gzip.decompress(run.stdout) == SAFE * 10
    edgesieve("redact", "-o", "s3://raw-three/from stdin ü+%", stdin=RAW, **served.environment)
    assert served.found("raw-three")["from stdin ü+%"] == SAFE


REFUSED = {
    "a bucket that is not there": ("s3://no-such-bucket/", 74, "s3://no-such-bucket/: NoSuchBucket; right would be a"),
    "an object that is not there": ("s3://BUCKET/gone", 74, "s3://BUCKET/gone: 404; no such object or bucket"),
    "an output over its input": ("s3://BUCKET/ -o s3://BUCKET/", 2, "-o s3://BUCKET/http_requests/2026"),
    "an output bucket that is not there": ("s3://BUCKET/ -o s3://no-such/", 74, "s3://no-such/http_requests/2026"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_a_store_refuses_is_told_with_what_would_be_right(served: Served, edgesieve: Edgesieve, case: str) -> None:
    bucket = f"refused-{[*REFUSED].index(case)}"
    arguments, code, said = (
        each.replace("BUCKET", bucket) if isinstance(each, str) else each for each in REFUSED[case]
    )
    _raw(served, bucket)
    run = edgesieve("redact", *str(arguments).split(), **served.environment)
    assert run.returncode == code
    assert any(line.startswith(f"edgesieve: {said}") for line in run.stderr.decode().splitlines()), run.stderr


def test_outputs_below_a_prefix_that_is_walked_are_no_inputs(served: Served, edgesieve: Edgesieve) -> None:
    _raw(served, "raw-five")
    for _ in range(2):
        assert edgesieve("redact", "s3://raw-five/", "-o", "s3://raw-five/safe/", **served.environment).returncode == 0
    assert sorted(served.found("raw-five")) == sorted(
        f"{below}http_requests/{name}" for below in ("", "safe/") for name in (NAME, OTHER)
    )


def test_keys_that_would_lead_out_of_a_folder_are_not_followed(edgesieve: Edgesieve, tmp_path: Path) -> None:
    with serving("moto", tmp_path) as store:  # the only one that takes such keys
        store.fill("raw-six", {"in/../../evil": RAW, "in//evil": RAW, "in/good": RAW})
        run = edgesieve("redact", "s3://raw-six/in/", "-o", "out/safe/", **store.environment)
    assert run.returncode == 74
    assert run.stderr.count(b"its key is no path below out/safe/") == 2
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["good"]


def test_endpoint_and_keys_come_from_the_configuration(served: Served, edgesieve: Edgesieve, tmp_path: Path) -> None:
    _raw(served, "raw-seven")
    served.fill("clean-seven", {})
    text = "".join(
        f'[[{section}]]\nkind = "objects"\nuri = "s3://{bucket}/"\nendpoint = "{served.endpoint}"\n{keys}\n'
        for section, bucket, keys in (
            ("source", "raw-seven", 'credentials = "env:RAW_ID,RAW_SECRET"\ndataset = "http_requests"'),
            ("sink", "clean-seven", 'credentials = "profile:clean"'),
        )
    )
    (tmp_path / "edge.toml").write_text(text)
    (tmp_path / "keys").write_text(f"[clean]\naws_access_key_id = {ID}\naws_secret_access_key = {SECRET}\n")
    environment = {name: "" for name in served.environment if name.startswith(("AWS_ACCESS", "AWS_SECRET", "AWS_END"))}
    environment |= {"RAW_ID": ID, "RAW_SECRET": SECRET, "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "keys")}
    environment = {**served.environment, **environment}
    arguments = ("redact", "s3://raw-seven/", "-o", "s3://clean-seven/", "--config", "edge.toml")
    assert edgesieve(*arguments, **environment).returncode == 0
    assert len(served.found("clean-seven")) == 2
    refused = edgesieve(*arguments, **{**environment, "RAW_SECRET": ""})
    assert refused.returncode == 74
    assert b"credentials: RAW_SECRET not set; right would be a key in the environment" in refused.stderr


def test_a_wrong_secret_is_told_and_not_shown(served: Served, edgesieve: Edgesieve) -> None:
    if not served.is_strict:
        pytest.skip("moto looks at no signature")
    served.fill("raw-eight", {"x": RAW})
    run = edgesieve("redact", "s3://raw-eight/", **{**served.environment, "AWS_SECRET_ACCESS_KEY": "hunter2hunter2"})
    assert run.returncode == 74
    assert b"SignatureDoesNotMatch; right would be the secret of this key" in run.stderr
    assert b"hunter2" not in run.stderr


def test_a_big_object_is_written_in_equal_parts_and_small_ones_at_once(own: Served) -> None:
    own.fill("parts", {})
    client = client_of(Store())
    data = os.urandom(2 * PART_BYTES + MIB)
    for name, size, parts in (("big", len(data), 3), ("even", 2 * PART_BYTES, 2), ("small", PART_BYTES, 0)):
        upload = Upload(client, Address("parts", name))
        for at in range(0, size, 100_000):
            upload.write(data[at : min(at + 100_000, size)])
        upload.finish()
        found = own.client.head_object(Bucket="parts", Key=name)
        assert (found["ContentLength"], found["ETag"].strip('"').partition("-")[2]) == (size, str(parts or ""))
        assert b"".join(chunks(client, Address("parts", name))) == data[:size]


def test_what_is_abandoned_leaves_no_object_and_no_parts(own: Served) -> None:
    own.fill("abandoned", {})
    upload = Upload(client_of(Store()), Address("abandoned", "x"))
    upload.write(bytes(2 * PART_BYTES))
    upload.abandon()
    assert own.found("abandoned") == {}
    assert "Uploads" not in own.client.list_multipart_uploads(Bucket="abandoned")


def test_a_listing_goes_on_behind_a_key_and_shows_one_level(own: Served) -> None:
    own.fill("listed", {f"a/{day}/{hour}": b"x" for day in (1, 2) for hour in range(3)} | {"a/x": b"x"})
    client = client_of(Store())
    (page,) = pages(client, Address("listed", "a/"), one_level=True)
    assert ([each.key for each in page.objects], page.folders) == (["a/x"], ("a/1/", "a/2/"))
    behind = pages(client, Address("listed", "a/"), after="a/2/0")
    assert [each.key for page in behind for each in page.objects] == ["a/2/1", "a/2/2", "a/x"]


def test_an_object_that_changed_since_it_was_listed_is_not_read(own: Served) -> None:
    own.fill("changed", {"x": b"1"})
    with pytest.raises(StoreError, match="s3://changed/x: PreconditionFailed"):
        b"".join(chunks(client_of(Store()), Address("changed", "x"), etag="0" * 32))


def test_a_role_is_taken_on_by_the_keys_that_are_found(
    tmp_path: Path, edgesieve: Edgesieve, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving("moto", tmp_path) as store:  # the only one that knows roles
        store.fill("raw-role", {"x": RAW})
        (tmp_path / "edge.toml").write_text(
            '[[source]]\nkind = "objects"\nuri = "s3://raw-role/"\n'
            'credentials = "role:arn:aws:iam::123456789012:role/reader"\n'
        )
        run = edgesieve("redact", "s3://raw-role/x", "--config", "edge.toml", **store.environment)
        assert (run.returncode, run.stdout) == (0, SAFE), run.stderr
        for name, value in store.environment.items():
            monkeypatch.setenv(name, value)
        client_of.cache_clear()
        client = client_of(Store(credentials="role:arn:aws:iam::123456789012:role/reader"))
        assert ID not in client.generate_presigned_url("get_object", Params={"Bucket": "raw-role", "Key": "x"})
    client_of.cache_clear()


class _BreaksOff(BaseHTTPRequestHandler):
    """Gives one object, a megabyte an answer at most, and says more than it gives."""

    protocol_version = "HTTP/1.1"
    data = random.Random(7).randbytes(3 * MIB + 17)  # noqa: S311 - no secret

    def do_GET(self) -> None:
        """Answer from where it is asked, and break off."""
        start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").removesuffix("-"))
        if start and self.headers["If-Match"] != '"1"':
            self.send_error(400)
        self.send_response(206 if start else 200)
        for name, value in (("ETag", '"1"'), ("Content-Length", str(len(self.data) - start)), ("Connection", "close")):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(self.data[start : start + MIB])
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named by the server
        """Say nothing."""


def test_a_stream_that_breaks_off_is_taken_up_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAW_ID", ID)
    monkeypatch.setenv("RAW_SECRET", SECRET)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _BreaksOff)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        store = Store(f"http://127.0.0.1:{server.server_port}", "env:RAW_ID,RAW_SECRET")
        assert b"".join(chunks(client_of(store), Address("any", "x"))) == _BreaksOff.data
    finally:
        server.shutdown()
        server.server_close()


def test_without_objects_no_client_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "raw").write_bytes(RAW)
    program = (
        "import sys; from pipeline.cli.app import main\n"
        "code = main(['redact', 'raw', '-o', 'safe'])\n"
        "sys.exit(code or any(name in sys.modules for name in ('boto3', 'botocore', 'aiohttp', 'aiokafka')))"
    )
    run = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=False, capture_output=True)
    assert (run.returncode, (tmp_path / "safe").exists()) == (0, True), run.stderr
