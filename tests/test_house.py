"""The house itself: its packages stand beside the face, pure modules are pure, files stay small, the wheel is whole."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest

import edgesieve

HOME = Path(edgesieve.__file__).parent
PACKAGES = ("redactors", "detectors", "pipeline")
PROJECT: dict[str, Any] = tomllib.loads((HOME / "pyproject.toml").read_text())
SOURCES = [HOME / "edgesieve.py", *(path for each in PACKAGES for path in sorted((HOME / each).rglob("*.py")))]
TESTS = sorted((HOME / "tests").rglob("*.py"))

LONG_FILES: dict[str, str] = {
    "tests/detectors/test_backend_credentials.py": "one detector's cases side by side",
}
"""Files over 300 lines, each with its reason."""
LONG_FUNCTIONS = {
    "pipeline/passage.py:_scrub": "the hot loop: a call more for each record costs a hundredth of the whole",
    "redactors/registry.py:build": "the one place where every field class meets what is done to it",
}
"""Functions over 40 lines, as FILE:NAME, each with its reason."""


def _name(path: Path) -> str:
    return path.relative_to(HOME).as_posix()


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


@pytest.mark.parametrize("package", PACKAGES)
def test_a_strangers_package_of_the_same_name_is_refused_by_its_place(package: str, tmp_path: Path) -> None:
    stranger = tmp_path / package
    stranger.mkdir()
    (stranger / "__init__.py").write_text("")
    run = subprocess.run(
        [sys.executable, "-c", "import edgesieve"],
        env={**os.environ, "PYTHONPATH": f"{tmp_path}:{HOME}"},
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    last = run.stderr.strip().splitlines()[-1]
    assert f"ImportError: edgesieve: the package '{package}' was found at {stranger}" in last
    assert str(HOME / package) in last


def test_the_face_shows_its_public_names() -> None:
    assert edgesieve.__all__ == ["__version__", "main"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", edgesieve.__version__)


def test_no_file_is_over_300_lines_without_its_reason() -> None:
    long = {_name(path) for path in (*SOURCES, *TESTS) if len(path.read_text().splitlines()) > 300}
    assert not long - set(LONG_FILES)


def test_no_function_is_over_40_lines_without_its_reason() -> None:
    long = {
        f"{_name(path)}:{node.name}"
        for path in SOURCES
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _lines(node) > 40
    }
    assert not long - set(LONG_FUNCTIONS)


def _lines(node: ast.AST) -> int:
    """Count the lines of a function's body, without its docstring and the functions inside it."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return 0
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    inner = sum(_whole(each) for each in ast.walk(node) if each is not node and isinstance(each, ast.FunctionDef))
    return (node.end_lineno or 0) - body[0].lineno + 1 - inner if body else 0


def _whole(node: ast.FunctionDef) -> int:
    return (node.end_lineno or 0) - node.lineno + 1


def test_every_module_says_what_it_is_for() -> None:
    for path in SOURCES:
        text = ast.get_docstring(_tree(path)) or ""
        assert len(text.partition("\n")[0]) > 20, f"{_name(path)}: no sentence opens it"


def test_there_is_no_init_file_under_tests() -> None:
    assert not list((HOME / "tests").rglob("__init__.py"))


def _contract(name: str) -> dict[str, Any]:
    contracts: list[dict[str, Any]] = PROJECT["tool"]["importlinter"]["contracts"]
    return next(each for each in contracts if each["name"].startswith(name))


def _pure() -> Iterator[Path]:
    for module in _contract("Pure modules")["source_modules"]:
        path = HOME / module.replace(".", "/")
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]


def test_pure_modules_open_print_and_ask_nothing() -> None:
    for path in _pure():
        called = {
            node.func.id
            for node in ast.walk(_tree(path))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        assert not called & {"open", "print", "input", "breakpoint", "__import__"}, _name(path)


def _imported(paths: list[Path]) -> set[str]:
    found: set[str] = set()
    for path in paths:
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.Import):
                found |= {each.name.partition(".")[0] for each in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.partition(".")[0])
    standard = {*sys.stdlib_module_names, "compression"}  # the latter from 3.14 on
    return found - standard - {*PACKAGES, "edgesieve", "tests"}


def _declared(requirements: list[str]) -> set[str]:
    names = (re.match(r"[A-Za-z0-9._-]+", each) for each in requirements)
    return {re.sub(r"[-_.]+", "-", found[0]).lower() for found in names if found}


def test_what_is_imported_is_declared_and_what_is_declared_is_imported() -> None:
    shipped = packages_distributions()
    owners = {
        re.sub(r"[-_.]+", "-", name).lower() for module in _imported(SOURCES) for name in shipped.get(module, [module])
    }
    declared = _declared(PROJECT["project"]["dependencies"])
    # Namespace packages and pydantic's core come with a distribution of another name.
    assert owners - {"pydantic-core"} == declared


def test_what_tests_import_is_declared() -> None:
    shipped = packages_distributions()
    declared = _declared(PROJECT["project"]["dependencies"]) | _declared(
        PROJECT["project"]["optional-dependencies"]["test"]
    )
    owners = {
        re.sub(r"[-_.]+", "-", name).lower() for module in _imported(TESTS) for name in shipped.get(module, [module])
    }
    assert owners - {"pydantic-core"} <= declared


def test_every_lint_rule_that_is_off_says_why() -> None:
    lint = (HOME / "pyproject.toml").read_text().partition("[tool.ruff.lint]")[2].partition("[tool.ruff.lint.flake8")[0]
    rules = [line.strip() for line in lint.splitlines() if re.match(r'\s+"[A-Z]+[0-9]+"', line)]
    assert rules
    for rule in rules:
        assert re.search(r"# \w", rule), f"{rule}: no reason beside it"


def test_changelog_fragments_are_named_by_issue_and_kind() -> None:
    fragments = [path.name for path in (HOME / "changelog.d").iterdir() if path.name != "README.md"]
    assert fragments
    for name in fragments:
        assert re.fullmatch(r"\d+(\.\d+)?\.(feature|fix|breaking|security)\.md", name), name


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the source distribution and the wheel built from it."""
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    subprocess.run([*build, "-t", "sdist"], cwd=HOME, check=True, capture_output=True)
    with tarfile.open(next(folder.glob("*.tar.gz"))) as archive:
        archive.extractall(folder / "unpacked", filter="data")
    (source,) = (folder / "unpacked").iterdir()
    subprocess.run([*build, "-t", "wheel"], cwd=source, check=True, capture_output=True)
    return folder


def test_the_wheel_holds_all_code_and_data_and_nothing_else(built: Path) -> None:
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    expected = {"edgesieve.py"} | {
        _name(path)
        for each in PACKAGES
        for path in (HOME / each).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert names == expected


def test_the_source_distribution_holds_what_a_contributor_needs(built: Path) -> None:
    (source,) = (built / "unpacked").iterdir()
    names = {path.name for path in source.iterdir()}
    assert names >= {"Makefile", "README.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE", "docs", "tests", "deploy"}
