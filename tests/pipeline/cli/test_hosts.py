"""`edgesieve hosts`: one word a line, whatever stands in it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import edgesieve as face
from tests.program import Edgesieve

PAGE = Path(face.__file__).parent / "docs" / "hosts.md"

LINES = {
    "nothing": (b"", ""),
    "one without its newline": (b"http://0x7f.1/", "internal\n"),
    "three words": (b"10.0.0.1\nshop.example\n1.2.3.4.5\n", "internal\nexternal\ninvalid\n"),
    "blank lines": (b"\n\nshop.example\n\n", "invalid\ninvalid\nexternal\ninvalid\n"),
    "ends of DOS": (b"shop.example\r\n::1\r\n", "external\ninternal\n"),
    "a broken byte in the host": (b"\xff\xfe\nshop\xff.example\n\xc3\nshop.example\n", "invalid\n" * 3 + "external\n"),
    "a broken byte after the host": (b"http://127.0.0.1/\xff\nhttp://shop.example/\xff\n", "internal\nexternal\n"),
    "a NUL": (b"shop\x00.example\n\x00\n", "invalid\ninvalid\n"),
    "separators that only Unicode knows": ("a.example\u2028b\n\x0c\n\x85\n".encode(), "invalid\n" * 3),
    "an overlong line": (b"http://shop.example/" + b"x" * (9 << 20) + b"\n10.0.0.1\n", "invalid\ninternal\n"),
    "an overlong last line": (b"x" * (1 << 20) + b".", "invalid\n"),
    "a long line": (b"http://10.0.0.1/" + b"x" * (1 << 19) + b"\nshop.example", "internal\nexternal\n"),
}


@pytest.mark.parametrize(("lines", "words"), LINES.values(), ids=LINES)
def test_each_line_gets_its_word(edgesieve: Edgesieve, lines: bytes, words: str) -> None:
    run = edgesieve("hosts", stdin=lines)
    assert (run.returncode, run.stdout.decode(), run.stderr) == (0, words, b"")


def test_a_file_is_read_like_stdin(edgesieve: Edgesieve, tmp_path: Path) -> None:
    (tmp_path / "urls.txt").write_bytes(b"10.0.0.1\nshop.example")
    assert edgesieve("hosts", "urls.txt").stdout == b"internal\nexternal\n"
    assert edgesieve("hosts", "-", stdin=b"10.0.0.1\n").stdout == b"internal\n"


def test_a_file_that_is_not_there_is_named(edgesieve: Edgesieve) -> None:
    run = edgesieve("hosts", "urls.txt")
    assert (run.returncode, run.stdout) == (74, b"")
    assert run.stderr.startswith(b"edgesieve: urls.txt: ")


def test_many_lines_keep_their_order_across_chunks(edgesieve: Edgesieve) -> None:
    texts = ["10.0.0.1", "https://shop.example/\u00e4\u00f6\U0001f600", "1.2.3.4.5", "", "\u2460\u2461\u2466.1"]
    words = ["internal", "external", "invalid", "invalid", "internal"]
    count = 20_000
    run = edgesieve("hosts", stdin="".join(f"{text}\n" for text in texts * count).encode())
    assert run.stdout.decode().split() == words * count


def test_an_answer_comes_before_the_next_question() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "edgesieve", "hosts"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for question, answer in ((b"localhost\n", b"internal\n"), (b"shop.example\n", b"external\n")):
            process.stdin.write(question)
            process.stdin.flush()
            assert process.stdout.readline() == answer
        process.stdin.close()
        assert process.stdout.read() == b""


def test_the_example_in_the_docs_is_right(edgesieve: Edgesieve) -> None:
    text = PAGE.read_text(encoding="utf-8")
    command, answer = re.findall(r"printf '%s\\n' (.*) \| edgesieve hosts\n```\n\n```\n(.*?)```", text, re.DOTALL)[0]
    questions = command.replace("'", "").split()
    assert edgesieve("hosts", stdin="\n".join(questions).encode()).stdout.decode() == answer
