"""Promises about the files of the tree themselves."""

import ast
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src" / "gatelodge"
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
SCRIPTS = sorted(path for path in (ROOT / "scripts").iterdir() if path.is_file())

# Decorators of functions that are described at their first form.
REPEATS = {"overload", "override", "setter", "deleter"}
Documented = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def test_there_are_locks_and_scripts() -> None:
    assert [path.name for path in LOCKS] == ["dev.txt", "run.txt"]
    assert SCRIPTS


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_names_no_package_index(lock: Path) -> None:
    """Whoever installs asks the index that they trust; the hashes say whether it gave the right thing."""
    option = re.compile(r"^\s*(-i|-f|--(extra-)?index-url|--find-links|--trusted-host)\b|://")
    named = [line for line in lock.read_text("utf-8").splitlines() if option.search(line)]
    assert named == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_fixes_each_package_by_version_and_hash(lock: Path) -> None:
    entries = re.split(r"\n(?=[a-z])", re.sub(r"^\s*#.*\n", "", lock.read_text("utf-8"), flags=re.MULTILINE))
    for entry in entries:
        assert re.match(r"[a-z0-9-]+==\S+ ", entry), entry
        assert "--hash=sha256:" in entry, entry


def test_what_serves_is_what_is_tested() -> None:
    run, dev = (
        set(re.findall(r"^[a-z0-9-]+==.*$", (ROOT / "requirements" / name).read_text("utf-8"), re.MULTILINE))
        for name in ("run.txt", "dev.txt")
    )
    assert run < dev


@pytest.mark.parametrize("script", [*SCRIPTS, ROOT / ".ci" / "run"], ids=lambda path: str(path.relative_to(ROOT)))
def test_a_script_can_be_started(script: Path) -> None:
    shebang = script.read_text("utf-8").splitlines()[0]
    assert os.access(script, os.X_OK)
    assert shebang in {"#!/bin/sh", "#!/usr/bin/env bash", "#!/usr/bin/env python3"}
    if shebang == "#!/bin/sh":
        subprocess.run(["sh", "-n", script], check=True)


def named(decorator: ast.expr) -> str:
    """The last name of a decorator: `overload` of `@typing.overload`, `setter` of `@title.setter`."""
    node = decorator.func if isinstance(decorator, ast.Call) else decorator
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def public(body: list[ast.stmt]) -> Iterator[Documented]:
    """The classes and functions that a reader is meant to use: no leading underscore, so no dunder either."""
    for node in body:
        if isinstance(node, Documented) and not node.name.startswith("_"):
            if {named(one) for one in node.decorator_list} & REPEATS:
                continue
            yield node
            # A Protocol is documented as a whole; its methods may be.
            if isinstance(node, ast.ClassDef) and "Protocol" not in {named(base) for base in node.bases}:
                yield from public(node.body)


def undocumented(source: str, where: str, *, migration: bool = False) -> list[str]:
    """The module, and each public class and function in it, that has no docstring.

    A migration speaks for itself by its module's: its functions are always the same two.
    """
    tree = ast.parse(source)
    missing = [] if ast.get_docstring(tree) or not tree.body else [f"{where}: the module"]
    if not migration:
        silent = [node for node in public(tree.body) if not ast.get_docstring(node)]
        missing += [f"{where}:{node.lineno}: {node.name}" for node in silent]
    return missing


def test_what_is_public_says_what_it_is() -> None:
    missing: list[str] = []
    for path in sorted(SRC.rglob("*.py")):
        place = str(path.relative_to(ROOT))
        missing += undocumented(path.read_text("utf-8"), place, migration="/migrations/versions/" in place)
    assert not missing, "no docstring:\n" + "\n".join(missing)


def test_a_missing_docstring_is_found() -> None:
    source = '''
class Code:
    """A code."""
    def __eq__(self, other): ...
    def _private(self): ...
    @property
    def spent(self): ...
    @spent.setter
    def spent(self, value): ...
class Store(typing.Protocol):
    """Where codes are."""
    def load(self): ...
async def exchange(): ...
'''
    assert undocumented(source, "x") == ["x: the module", "x:7: spent", "x:13: exchange"]
    assert undocumented("", "an empty __init__") == []
