"""gatelodge key, gatelodge migrate."""

from pathlib import Path

from tests.cli.installation import Installation


def test_keys_are_told_of_and_not_shown(empty: Installation) -> None:
    first = empty.json("key", "list")
    assert [(set(one), one["in_use"]) for one in first] == [({"id", "created_at", "in_use"}, True)]
    made = empty.json("key", "rotate")
    old, new = empty.json("key", "list")
    assert (old["id"], old["in_use"]) == (first[0]["id"], False)
    assert (new["id"], new["in_use"]) == (made["id"], True)
    secrets = [line.split()[2] for line in (empty.folder / "master.key").read_text().splitlines()]
    shown = empty.done("key", "list") + empty.done("key", "rotate")
    assert len(secrets) == 2
    assert not [secret for secret in secrets if secret in shown]


def test_a_damaged_key_file_is_one_sentence(empty: Installation) -> None:
    empty.folder.mkdir()
    (empty.folder / "master.key").write_text("torn")
    said = empty.refused("key", "list")
    assert said == f"The key file {empty.folder / 'master.key'} is damaged: restore it from a backup.\n"


def test_migrate_says_what_changed(empty: Installation) -> None:
    shape = empty.json("migrate")
    assert set(shape) == {"before", "now"}
    assert shape["before"] is None
    assert empty.json("migrate") == {"before": shape["now"], "now": shape["now"]}
    assert empty.done("migrate") == f"The schema is {shape['now']}, as it should be; nothing was changed.\n"


def test_migrate_in_words_at_a_place_of_its_own(empty: Installation, tmp_path: Path) -> None:
    other = tmp_path / "other" / "place.db"
    said = empty.done("migrate", "--database", f"sqlite:///{other}", "--data-dir", str(tmp_path / "keys"))
    assert said.startswith("The schema was empty and is ")
    assert other.is_file()
    assert (tmp_path / "keys").is_dir()
    assert not empty.folder.exists()
