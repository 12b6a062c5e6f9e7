"""Imports point inward: the tables say what each layer may see, the rest compares the source."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PACKAGE = "gatelodge"
SRC = Path(__file__).parents[2] / "src" / PACKAGE

# Each folder and module at the top of the package, and what of the package it may import besides itself.
# A new one is entered here first: that is the moment to decide where it belongs.
MAY_IMPORT: dict[str, set[str]] = {
    "protocol": set(),
    "identity": {"protocol.policy"},
    "guard": set(),
    "config": set(),
    "logs": set(),
    "service": {"protocol", "identity"},
    "outbound": {"service.ports", "service.records"},
    "mail": {"service.minting", "service.ports", "service.records", "protocol", "identity"},
    "drivers": {"service.devices"},
    "storage": {"service.ports", "service.records", "protocol", "identity"},
    "web": {"logs", "service", "identity", "protocol"},
    "portal": {"service", "identity", "protocol", "web"},
    "graph": {"service", "identity", "protocol", "web"},
    "cli": {"app", "config", "logs", "guard", "service", "identity", "protocol"},
    "app": {"config", "drivers", "mail", "outbound", "service", "identity", "protocol", "storage"},
    "server": {"app", "config", "logs", "service", "web", "portal", "graph"},
    "__init__": set(),
    "__main__": {"cli"},
}

# What any of them may import.
FOR_ALL = {"__version__"}

# Values in, decision out: these layers compute. A list of what they may use, because a list of what they may
# not is never complete.
PURE_LAYERS = {"protocol", "identity"}
PURE_MODULES = {
    "__future__", "abc", "base64", "binascii", "bisect", "collections", "contextlib", "copy", "dataclasses",
    "datetime", "enum", "functools", "hashlib", "heapq", "hmac", "html", "ipaddress", "itertools", "json",
    "math", "operator", "re", "string", "struct", "types", "typing", "unicodedata", "urllib.parse", "zlib",
}  # fmt: skip
# … and what is not pure in modules that are, or needs no import.
IMPURE_NAMES = {
    "datetime.date.today", "datetime.datetime.now", "datetime.datetime.today", "datetime.datetime.utcnow",
    "__import__", "breakpoint", "eval", "exec", "input", "open", "print",
}  # fmt: skip

# Libraries that belong to some layers only.
HOMES: dict[str, set[str]] = {
    "aiosmtplib": {"mail"},
    "PIL": {"drivers"},
    "cryptography": {"service", "guard"},
    "httpx2": {"outbound"},
    "joserfc": {"service", "guard"},
    "segno": {"portal"},
    "aiosqlite": {"storage"},
    "alembic": {"storage"},
    "asyncpg": {"storage"},
    "sqlalchemy": {"storage", "app"},
    "sqlite3": {"storage"},
    "starlette": {"web", "portal", "guard", "server"},
    "uvicorn": {"web", "cli"},
    "jinja2": {"portal", "web"},
    "strawberry": {"graph"},
    "typer": {"cli"},
}


@dataclass(frozen=True)
class Use:
    """A dotted name that a module imports or reaches, and the line."""

    name: str
    line: int


@dataclass(frozen=True)
class Import(Use):
    """An import; `local` is the name that it binds, `bound` what that name then stands for."""

    local: str
    bound: str


def within(name: str, allowed: set[str]) -> bool:
    """Whether a dotted name is one of those allowed, or inside one."""
    return any(name == one or name.startswith(f"{one}.") for one in allowed)


def imports(tree: ast.Module, package: str) -> Iterator[Import]:
    """Every import wherever it stands; relative ones start at `package`, where the module is."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                for alias in names:
                    # `import urllib.parse` binds urllib; `import urllib.parse as p` binds the whole.
                    top = alias.name.partition(".")[0]
                    bound = alias.name if alias.asname else top
                    yield Import(alias.name, node.lineno, alias.asname or top, bound)
            case ast.ImportFrom(module=module, names=names, level=level):
                parents = package.split(".")
                base = parents[: len(parents) - level + 1] if level else []
                for alias in names:
                    name = ".".join([*base, *([module] if module else []), alias.name])
                    yield Import(name, node.lineno, alias.asname or alias.name, name)
            case ast.Call(
                func=ast.Name(id="import_module" | "__import__") | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield Import(name, node.lineno, "", name)


def reached(tree: ast.Module, package: str) -> Iterator[Use]:
    """Every name and chain of attributes, spelled out from where it was imported."""
    stands_for = {one.local: one.bound for one in imports(tree, package)}
    for node in ast.walk(tree):
        parts: list[str] = []
        inner: ast.AST = node
        while isinstance(inner, ast.Attribute):
            parts.insert(0, inner.attr)
            inner = inner.value
        if isinstance(inner, ast.Name):
            yield Use(".".join([stands_for.get(inner.id, inner.id), *parts]), inner.lineno)


def violations(source: str, module: str, *, is_package: bool = False) -> list[str]:
    """What in the source breaks the tables, for the module of that dotted name (`gatelodge.web.token`)."""
    tree = ast.parse(source)
    layer = module.split(".")[1] if "." in module else "__init__"
    package = module if is_package else module.rpartition(".")[0]
    if layer not in MAY_IMPORT:
        return [f"{module}: `{layer}` is not in the table MAY_IMPORT: enter it, with what it may import"]

    found: list[str] = []
    allowed = MAY_IMPORT[layer]
    for use in imports(tree, package):
        where = f"{module}:{use.line}"
        if use.name == PACKAGE or use.name.startswith(f"{PACKAGE}."):
            target = use.name.removeprefix(PACKAGE).removeprefix(".")
            if not within(target, allowed | FOR_ALL | {layer}):
                found.append(f"{where}: {layer} may not import {use.name}")
        elif layer in PURE_LAYERS and not within(use.name, PURE_MODULES):
            found.append(f"{where}: {layer} is pure and may not import {use.name}")
        else:
            homes = HOMES.get(use.name.partition(".")[0])
            if homes is not None and layer not in homes:
                found.append(f"{where}: {use.name} belongs in {', '.join(sorted(homes))}, not in {layer}")

    if layer in PURE_LAYERS:
        for one in reached(tree, package):
            if one.name in IMPURE_NAMES:
                found.append(f"{module}:{one.line}: {layer} is pure and may not use {one.name}")
        for node in ast.walk(tree):
            if isinstance(node, ast.AsyncFunctionDef | ast.AsyncFor | ast.AsyncWith | ast.Await):
                found.append(f"{module}:{node.lineno}: {layer} is pure and awaits nothing")
    return found


def test_every_import_points_inward() -> None:
    found: list[str] = []
    for path in sorted(SRC.rglob("*.py")):
        parts = path.relative_to(SRC.parent).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        module = ".".join(parts[:-1] if is_package else parts)
        found += violations(path.read_text("utf-8"), module, is_package=is_package)
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("gatelodge.protocol.code_grant", "from gatelodge.identity import rights"),
        ("gatelodge.protocol.code_grant", "from gatelodge import service"),
        ("gatelodge.protocol.code_grant", "from ..storage import schema"),
        ("gatelodge.protocol.code_grant", "def late():\n    import gatelodge.web.token"),
        ("gatelodge.protocol.code_grant", "import time"),
        ("gatelodge.protocol.code_grant", "from os import path"),
        ("gatelodge.protocol.code_grant", "import urllib.request"),
        ("gatelodge.protocol.code_grant", "import joserfc"),
        ("gatelodge.protocol.code_grant", "async def decide(): ..."),
        ("gatelodge.protocol.code_grant", "print('x')"),
        ("gatelodge.identity.user", "from gatelodge.protocol import errors"),
        ("gatelodge.identity.user", "from gatelodge.protocol.client import Client"),
        ("gatelodge.identity.user", "from datetime import datetime\nnow = datetime.now()"),
        ("gatelodge.identity.user", "import datetime as dt\nnow = dt.datetime.now(dt.UTC)"),
        ("gatelodge.identity.user", "import datetime\nclock = datetime.date.today"),
        ("gatelodge.service.token", "from gatelodge.storage import schema"),
        ("gatelodge.service.token", "import sqlalchemy as sa"),
        ("gatelodge.service.token", "from starlette.requests import Request"),
        ("gatelodge.storage.directory", "from gatelodge.service import token"),
        ("gatelodge.storage.directory", "from gatelodge.config import Settings"),
        ("gatelodge.web.token", "from gatelodge.portal import pages"),
        ("gatelodge.graph.schema", "from gatelodge.portal import pages"),
        ("gatelodge.cli.app", "import importlib\nimportlib.import_module('gatelodge.storage.schema')"),
        ("gatelodge.guard.verify", "from gatelodge.protocol import scope"),
        ("gatelodge.config", "from gatelodge import app"),
        ("gatelodge.helpers", "import re"),
    ],
)
def test_a_breach_is_caught(module: str, source: str) -> None:
    assert violations(source, module)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("gatelodge.protocol.code_grant", "from gatelodge.protocol.errors import InvalidGrant\nimport hmac"),
        ("gatelodge.protocol.code_grant", "from .errors import InvalidGrant\nfrom urllib import parse"),
        ("gatelodge.protocol.code_grant", "import urllib.parse\nparts = urllib.parse.urlsplit('x')"),
        ("gatelodge.identity.user", "from datetime import datetime\ndef age(now: datetime) -> int: ..."),
        ("gatelodge.service.token", "import structlog, time\nfrom gatelodge.protocol import code_grant"),
        ("gatelodge.storage.schema", "import sqlalchemy\nfrom gatelodge.service.ports import CodeStore"),
        ("gatelodge.storage.schema", "from gatelodge.service import ports"),
        ("gatelodge.cli.app", "from gatelodge import __version__\nfrom gatelodge.app import build"),
        ("gatelodge.app", "import sqlalchemy\nfrom gatelodge.storage import schema"),
    ],
)
def test_what_the_tables_allow_passes(module: str, source: str) -> None:
    assert violations(source, module) == []


def test_a_relative_import_in_a_package_starts_at_the_package() -> None:
    source = "from .code_grant import exchange"
    assert violations(source, "gatelodge.protocol", is_package=True) == []
    assert violations("from ..web import token", "gatelodge.protocol", is_package=True)
