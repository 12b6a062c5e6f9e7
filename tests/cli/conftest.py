"""Installations for the tests of the command line."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.installation import Commands, Installation
from tests.support.fixtures import cluster

__all__ = ["cluster"]


@pytest.fixture(scope="session")
def commands() -> Iterator[Commands]:
    """What runs commands."""
    made = Commands()
    yield made
    made.close()


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory, commands: Commands) -> Installation:
    """Demo data, made once; to be copied, not changed."""
    installation = Installation(tmp_path_factory.mktemp("filled") / "data", commands)
    installation.done("demo")
    return installation


@pytest.fixture
def demo(filled: Installation, tmp_path: Path) -> Installation:
    """An installation of the test's own with the demo data."""
    shutil.copytree(filled.folder, tmp_path / "data")
    return Installation(tmp_path / "data", filled.commands)


@pytest.fixture
def empty(tmp_path: Path, commands: Commands) -> Installation:
    """An installation of which nothing is there yet, not even the folder."""
    return Installation(tmp_path / "data", commands)
