"""Databases that there is no serving from: one sentence says which it is and what is the matter with it."""

import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.installation import Installation
from tests.support.disk import Disk, disk
from tests.support.postgres import Cluster
from tests.support.stores import execute, new_database

__all__ = ["disk"]

NEWER = "UPDATE alembic_version SET version_num = '9999'"
not_as_root = pytest.mark.skipif(os.geteuid() == 0, reason="root may do everything")


def on(file: Path) -> Mapping[str, str]:
    """The setting that names a file."""
    return {"GATELODGE_DATABASE": f"sqlite:///{file}"}


def refusal(installation: Installation, settings: Mapping[str, str] | None = None, *words: str) -> str:
    """The one sentence with which serving is refused, after the name of the setting."""
    (sentence,) = installation.refused("serve", "--port", "0", *words, settings=settings).splitlines()
    name, _, said = sentence.partition(": ")
    assert name == "GATELODGE_DATABASE"
    return said


def test_a_user_who_is_not_let_in(empty: Installation, cluster: Cluster) -> None:
    url = cluster.url("postgres").replace("postgres@", "somebody@")
    said = refusal(empty, {"GATELODGE_DATABASE": url})
    assert said == f'{url} can\'t be used: role "somebody" does not exist.'


@pytest.mark.parametrize("words", [(), ("--no-migrate",)])
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_one_of_a_newer_version(
    empty: Installation, request: pytest.FixtureRequest, kind: str, words: tuple[str, ...]
) -> None:
    settings: dict[str, str] = {}
    if kind == "postgres":
        cluster: Cluster = request.getfixturevalue("cluster")
        settings["GATELODGE_DATABASE"] = url = new_database(cluster, "newer")
        empty.done("migrate", settings=settings)
        execute(url, NEWER)
    else:
        empty.done("migrate")
        with closing(sqlite3.connect(empty.folder / "gatelodge.db")) as connection, connection:
            connection.execute(NEWER)
    said = refusal(empty, settings, *words)
    assert said == "a newer version made this database (its schema is 9999); upgrade Gatelodge."


def test_a_file_on_a_disk_that_is_read_only(empty: Installation, disk: Disk) -> None:
    file = disk.place / "gatelodge.db"
    empty.done("migrate", settings=on(file))
    disk.make_read_only()
    assert refusal(empty, on(file)) == f"{file} can't be used: the file is read-only."
    new = disk.place / "new.db"
    assert refusal(empty, on(new)) == f"{new} can't be used: Read-only file system."


@not_as_root
def test_a_file_in_a_folder_that_is_read_only(empty: Installation, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    empty.done("migrate", settings=on(folder / "gatelodge.db"))
    folder.chmod(0o500)
    said = refusal(empty, on(folder / "gatelodge.db"))
    assert said == f"{folder / 'gatelodge.db'} can't be used: the folder {folder} is read-only."


@not_as_root
@pytest.mark.parametrize(("mode", "said"), [(0, "the file may not be read"), (0o400, "the file is read-only")])
def test_a_file_that_is_not_ours_to_use(empty: Installation, mode: int, said: str) -> None:
    empty.done("migrate")
    file = empty.folder / "gatelodge.db"
    file.chmod(mode)
    assert refusal(empty) == f"{file} can't be used: {said}."
