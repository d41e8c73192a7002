"""`edgesieve scan`: what is found in files, what is said of it, and the recipes of the docs."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.program import Edgesieve

HOME = Path(__file__).parents[3]
PAGE = (HOME / "docs" / "scan.md").read_text()
GIT = shutil.which("git") or ""
TOKEN = "ghp_" + "a1B2c3D4e5" * 3 + "f6G7h8"
SECRETS = (TOKEN, "hunter22x!", "9f8a7b6c5d4e3f2a")


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """Write an app with three secrets in it, and where they must not be looked for."""
    files = {
        "dist/app.js": f'const t="{TOKEN}";\n',
        "wrangler.toml": '[vars]\nMODE = "live"\nDB_PASSWORD = "hunter22x!"\n',
        ".env": "SESSION_SECRET=9f8a7b6c5d4e3f2a\n",
        "README.md": "Set DB_PASSWORD to your password. Mail to ada@shop.example.\n",
        ".git/config": f"{TOKEN}\n",
        "node_modules/x/index.js": f"{TOKEN}\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "dist" / "logo.bin").write_bytes(b"\0" + TOKEN.encode())
    (tmp_path / "dist" / "link.js").symlink_to(tmp_path / "node_modules" / "x" / "index.js")
    return tmp_path


@pytest.mark.usefixtures("app")
def test_hits_are_told_by_place_rule_and_length_and_exit_1(edgesieve: Edgesieve) -> None:
    run = edgesieve("scan", ".")
    assert run.returncode == 1
    assert run.stdout.decode().splitlines() == [
        ".env:1:16: generic-key, 16 characters",
        "wrangler.toml:3:16: generic-key, 10 characters",
        "dist/app.js:1:10: github-token, 40 characters",
    ]
    assert run.stderr.decode() == (
        "edgesieve: 5 files, 1 of them no text and not scanned; 3 secrets: generic-key 2, github-token 1\n"
    )


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("form", ["text", "sarif"])
def test_no_secret_is_ever_shown(edgesieve: Edgesieve, key: Path, form: str) -> None:
    for keyed in ([], ["--key-file", key]):
        run = edgesieve("scan", ".", "--format", form, *keyed)
        assert run.returncode == 1
        for secret in SECRETS:
            assert secret[4:10].encode() not in run.stdout + run.stderr


@pytest.mark.usefixtures("app")
def test_with_a_key_a_hit_has_the_mark_that_stands_in_logs(edgesieve: Edgesieve, key: Path) -> None:
    run = edgesieve("scan", "dist", "--key-file", key)
    mark = re.search(r"\[github-token~[A-Z2-7.]{23}\]", run.stdout.decode())
    assert mark is not None
    raw = json.dumps({"RayID": "1", "EdgeResponseStatus": 1, "WorkerScriptName": TOKEN}).encode()
    assert mark[0].encode() in edgesieve("redact", "--key-file", key, stdin=raw).stdout
    assert edgesieve("key", "lookup", "--key-file", key, mark[0], stdin=TOKEN.encode()).returncode == 0


@pytest.mark.usefixtures("app")
def test_keys_of_tenants_make_no_mark_of_a_file(edgesieve: Edgesieve, key: Path, tmp_path: Path) -> None:
    (tmp_path / "edge.toml").write_text(f"[key]\nfile = '{key.name}'\nscope = 'zone'")
    run = edgesieve("scan", "dist", "--config", "edge.toml")
    assert run.stdout == b"dist/app.js:1:10: github-token, 40 characters\n"


@pytest.mark.usefixtures("app")
def test_sarif_says_the_same_for_programs(edgesieve: Edgesieve) -> None:
    run = edgesieve("scan", ".", "--format", "sarif")
    log = json.loads(run.stdout)
    assert run.returncode == 1
    assert (log["version"], log["runs"][0]["tool"]["driver"]["name"]) == ("2.1.0", "edgesieve")
    assert [result["ruleId"] for result in log["runs"][0]["results"]] == ["generic-key", "generic-key", "github-token"]


def test_where_nothing_is_found_it_exits_0(edgesieve: Edgesieve, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("All is well.\n")
    (tmp_path / "empty").mkdir()
    run = edgesieve("scan", "a.txt", "empty")
    assert (run.returncode, run.stdout) == (0, b"")
    assert run.stderr == b"edgesieve: empty: no file was found in this folder\nedgesieve: 1 file; no secret\n"
    log = json.loads(edgesieve("scan", "a.txt", "--format", "sarif").stdout)
    assert log["runs"][0]["results"] == []


CONFIGS = {
    "disabled": ("rules_disabled = ['generic-key']", ["github-token"], ""),
    "in shadow": ("rules_shadow = ['generic-key']", ["github-token"], "in shadow: generic-key 2"),
    "allowed": ("rules_allow = { generic-key = ['^hunter'] }", ["generic-key", "github-token"], ""),
    "of the user's own": ("rules_extra = 'rules.d'", ["generic-key", "mode-live", "generic-key", "github-token"], ""),
    "personal": ("personal = true", ["generic-key", "generic-key", "github-token"], ""),
}


@pytest.mark.parametrize(("text", "told", "said"), CONFIGS.values(), ids=CONFIGS.keys())
def test_the_rules_are_those_of_the_configuration(
    edgesieve: Edgesieve, app: Path, text: str, told: list[str], said: str
) -> None:
    (app / "rules.d").mkdir()
    (app / "rules.d" / "own.toml").write_text(
        "[[rule]]\nid = 'mode-live'\nreference = 'our own'\npattern = 'MODE = \"live\"'\n"
        "examples = ['MODE = \"live\"', 'x MODE = \"live\"']\ncounter_examples = ['MODE', 'live']\n"
    )
    (app / "edge.toml").write_text(f"[redact]\n{text}\n")
    run = edgesieve("scan", ".env", "wrangler.toml", "dist", "--config", "edge.toml")
    assert [line.split()[1].rstrip(",") for line in run.stdout.decode().splitlines()] == told
    assert said in run.stderr.decode()


def test_a_rule_in_shadow_alone_is_no_hit(edgesieve: Edgesieve, app: Path) -> None:
    (app / "edge.toml").write_text("[redact]\nrules_shadow = ['generic-key']\n")
    assert edgesieve("scan", ".env", "--config", "edge.toml").returncode == 0


def test_what_comes_by_a_pipe_is_scanned(edgesieve: Edgesieve) -> None:
    run = edgesieve("scan", "-", stdin=b"a: 1\npassword: hunter22x!\n")
    assert (run.returncode, run.stdout) == (1, b"stdin:2:11: generic-key, 10 characters\n")


def test_a_big_file_is_scanned_to_its_end(edgesieve: Edgesieve, tmp_path: Path) -> None:
    line = b"all is well here, and so it is there\n"
    (tmp_path / "big.txt").write_bytes(line * 100_000 + TOKEN.encode())
    assert edgesieve("scan", "big.txt").stdout == b"big.txt:100001:1: github-token, 40 characters\n"


@pytest.mark.usefixtures("app")
def test_what_cannot_be_read_is_told_and_the_rest_is_scanned(edgesieve: Edgesieve) -> None:
    run = edgesieve("scan", "none", "dist")
    assert (run.returncode, run.stdout.count(b"\n")) == (74, 1)
    assert run.stderr.endswith(b"edgesieve: none: No such file or directory\n")
    (invocation,) = json.loads(edgesieve("scan", "none", "--format", "sarif").stdout)["runs"][0]["invocations"]
    assert invocation["executionSuccessful"] is False


def test_a_name_that_does_not_print_is_told_so_that_it_does(edgesieve: Edgesieve, tmp_path: Path) -> None:
    (tmp_path / "a\x1b[2J\nb.txt").write_text(TOKEN)
    run = edgesieve("scan", ".")
    assert run.stdout.decode() == "a\ufffd[2J\ufffdb.txt:1:1: github-token, 40 characters\n"


def test_without_a_path_it_is_wrong_usage(edgesieve: Edgesieve) -> None:
    run = edgesieve("scan")
    assert (run.returncode, run.stdout) == (2, b"")
    assert b"scan: Missing argument 'PATH...'" in run.stderr


def _with_the_program(folder: Path) -> dict[str, str]:
    """Return an environment in which `edgesieve` is this very program."""
    (folder / "bin").mkdir()
    program = folder / "bin" / "edgesieve"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m edgesieve "$@"\n')
    program.chmod(0o755)
    # Whatever Git has in the environment of these tests, as in a hook, is not for the repository under test.
    plain = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**plain, "PATH": f"{program.parent}:{os.environ['PATH']}", "GIT_CONFIG_GLOBAL": os.devnull}


@pytest.mark.skipif(not GIT, reason="needs git")
def test_the_hook_of_the_docs_stops_a_commit_of_what_is_staged(
    app: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    environment = _with_the_program(tmp_path_factory.mktemp("hook"))
    shutil.rmtree(app / ".git")

    def git(*arguments: str) -> subprocess.CompletedProcess[bytes]:
        name = ("-c", "user.name=Ada", "-c", "user.email=ada@shop.example", "-c", "commit.gpgsign=false")
        return subprocess.run(
            [GIT, *name, *arguments], cwd=app, env=environment, capture_output=True, check=False, timeout=120
        )

    assert git("init", "-q").returncode == 0
    hook = app / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(next(block for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) if block.startswith("#!")))
    hook.chmod(0o755)
    git("add", "wrangler.toml", "README.md")
    (app / "wrangler.toml").write_text("[vars]\n")  # not what is staged
    stopped = git("commit", "-q", "-m", "x")
    assert stopped.returncode == 1
    assert b"wrangler.toml:3:16: generic-key, 10 characters" in stopped.stdout + stopped.stderr
    git("add", "wrangler.toml")
    assert git("commit", "-q", "-m", "x").returncode == 0


def test_the_deploy_of_the_docs_is_stopped_by_a_hit(app: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    environment = _with_the_program(tmp_path_factory.mktemp("deploy"))
    npx = Path(environment["PATH"].partition(":")[0]) / "npx"
    npx.write_text("#!/bin/sh\necho deployed\n")
    npx.chmod(0o755)
    line = re.search(r"(?m)^edgesieve scan dist/ wrangler.toml && .*$", PAGE)
    assert line is not None

    def deploy() -> tuple[int, bool]:
        run = subprocess.run(
            ["/bin/sh", "-c", line[0]], cwd=app, env=environment, capture_output=True, check=False, timeout=120
        )
        return run.returncode, run.stdout.endswith(b"deployed\n")

    assert deploy() == (1, False)
    (app / "wrangler.toml").write_text("[vars]\n")
    (app / "dist" / "app.js").write_text("")
    assert deploy() == (0, True)


def test_the_hook_for_pre_commit_calls_a_command_that_exists(edgesieve: Edgesieve) -> None:
    text = (HOME / ".pre-commit-hooks.yaml").read_text()
    assert f"id: {re.search(r'- id: (.*)', PAGE)[1]}" in text  # type: ignore[index]
    entry = re.search(r"entry: edgesieve (.*)", text)
    assert entry is not None
    assert edgesieve(*entry[1].split(), "--help").returncode == 0
