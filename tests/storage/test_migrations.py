"""Migrations bring a database to what schema.py says, at once or not at all."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, text

from gatelodge.service.ports import StoreUnavailable
from gatelodge.storage import migrations
from gatelodge.storage.database import read_url
from gatelodge.storage.schema import metadata
from tests.storage.processes import Child


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A database that does not exist yet."""
    return f"sqlite:///{tmp_path / 'folder' / 'new.db'}"


def described(engine: Engine) -> dict[str, Any]:
    """All that a database knows of its tables: columns, keys, what is unique, what refers to what, indexes."""

    def plain(found: Any) -> Any:
        if isinstance(found, dict):
            return {key: plain(value) for key, value in found.items()}
        if isinstance(found, list):
            return (
                sorted((plain(value) for value in found), key=repr) if found and isinstance(found[0], dict) else found
            )
        return found if isinstance(found, (int, str, type(None))) else repr(found)

    seen = inspect(engine)
    return {
        table: {
            "columns": plain(seen.get_columns(table)),
            "key": plain(seen.get_pk_constraint(table)),
            "unique": plain(seen.get_unique_constraints(table)),
            "references": plain(seen.get_foreign_keys(table)),
            "indexes": plain(seen.get_indexes(table)),
        }
        for table in seen.get_table_names()
        if table != "alembic_version"
    }


def test_a_migrated_database_is_what_the_schema_says(url: str) -> None:
    migrations.migrate(read_url(url))
    migrated, made = create_engine(url), create_engine("sqlite://")
    metadata.create_all(made)
    try:
        with migrated.connect() as connection:
            context = MigrationContext.configure(
                connection, opts={"compare_type": True, "compare_server_default": True}
            )
            assert compare_metadata(context, metadata) == []
        schema = described(made)
        assert described(migrated) == schema
        assert len(schema) == len(metadata.tables)
        assert all(
            reference["options"] == {"ondelete": "CASCADE"}
            for table in schema.values()
            for reference in table["references"]
            if len(reference["constrained_columns"]) == 2
        )
    finally:
        migrated.dispose()
        made.dispose()


def test_migrating_says_where_the_database_is_and_does_nothing_the_second_time(url: str) -> None:
    assert migrations.current(read_url(url)) is None
    migrations.migrate(read_url(url))
    assert migrations.current(read_url(url)) == migrations.newest()
    engine = create_engine(url)
    before = described(engine)
    migrations.migrate(read_url(url))
    assert described(engine) == before
    assert migrations.current(read_url(url)) == migrations.newest()
    engine.dispose()


def test_what_the_files_are_called_is_what_alembic_goes_by() -> None:
    """A start looks at the names alone."""
    (folder,) = migrations.__path__
    config = Config()
    config.set_main_option("script_location", folder)
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_current_head() == migrations.newest()
    there = [script.revision for script in scripts.walk_revisions()]
    assert sorted(there, reverse=True) == there
    assert all(map(migrations.is_known, there))
    assert len(there) == len(list(Path(folder, "versions").glob("[0-9]*.py")))


def test_a_newer_versions_revision_is_not_known(url: str) -> None:
    migrations.migrate(read_url(url))
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    revision = migrations.current(read_url(url))
    assert revision == "9999"
    assert not migrations.is_known(revision)
    assert migrations.is_known(migrations.newest())


def test_a_migration_that_fails_leaves_the_database_as_it_was(url: str) -> None:
    migrations.current(read_url(url))  # makes the folder
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE users (somebody TEXT)"))  # somebody else's
    with pytest.raises(StoreUnavailable, match="users"):
        migrations.migrate(read_url(url))
    assert inspect(engine).get_table_names() == ["users"]
    assert migrations.current(read_url(url)) is None
    engine.dispose()


def test_a_node_that_comes_while_another_makes_the_file_tries_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite does not wait for the lock with which a new file is switched to the write-ahead log."""
    file, pauses = tmp_path / "new.db", 0
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        async def pause(seconds: float) -> None:
            nonlocal pauses
            pauses += 1
            if pauses == 3:
                other.execute("ROLLBACK")

        monkeypatch.setattr("asyncio.sleep", pause)
        migrations.migrate(read_url(f"sqlite:///{file}"))
    assert pauses == 3


def test_a_file_that_stays_locked_is_unavailable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "new.db"
    monkeypatch.setattr(migrations, "BUSY_TIMEOUT", 0.05)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="locked"):
            migrations.migrate(read_url(f"sqlite:///{file}"))


def test_two_processes_that_start_together_both_find_the_schema(tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.db" for number in range(5)]
    children = [Child("tests.storage.migrator", *map(str, files)) for _ in range(2)]
    assert [child.hear() for child in children] == ["ready", "ready"]
    for file in files:
        for child in children:
            child.tell("go")
        assert [child.hear() for child in children] == [migrations.newest()] * 2
        assert migrations.current(read_url(f"sqlite:///{file}")) == migrations.newest()
    assert [child.leave() for child in children] == [0, 0]


def test_asking_for_the_revision_of_a_file_that_is_not_there_makes_none(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    assert migrations.current(read_url(f"sqlite:///{path}")) is None
    assert not path.exists()


def test_a_new_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    migrations.migrate(read_url(f"sqlite:///{path}"))
    assert path.stat().st_mode & 0o777 == 0o600
