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


def test_signing_keys_are_rotated_and_told_of_by_provider(demo: Installation) -> None:
    host = demo.json("provider", "list")[0]["host"]
    assert demo.json("key", "list", "--provider", host) == []
    first = demo.json("key", "rotate", "--provider", host)
    second = demo.json("key", "rotate", "--provider", host, "--algorithm", "ES256")
    assert set(first) == {"id", "algorithm", "created_at", "used_from"}
    assert first["used_from"] <= first["created_at"]
    assert second["used_from"] > second["created_at"]
    listed = demo.json("key", "list", "--provider", host)
    assert [(one["id"], one["stage"]) for one in listed] == [(first["id"], "in use"), (second["id"], "told of")]
    third = demo.json("key", "rotate", "--provider", host, "--at-once")
    assert [one["id"] for one in demo.json("key", "list", "--provider", host)] == [third["id"]]
    shown = demo.done("key", "rotate", "--provider", host, "--algorithm", "EdDSA")
    assert demo.json("key", "list", "--provider", host)[1]["id"] in shown
    assert "PRIVATE" not in demo.done("key", "list", "--provider", host)
    assert host in demo.run("key", "list").stderr  # where the others are


def test_what_is_no_key_of_a_provider_is_refused(demo: Installation) -> None:
    host = demo.json("provider", "list")[0]["host"]
    said = demo.refused("key", "rotate", "--provider", host, "--algorithm", "HS256")
    assert said == f"{host} does not sign with 'HS256'; choose from ES256, RS256, PS256, EdDSA.\n"
    assert "name it with --provider" in demo.refused("key", "rotate", "--at-once")
    assert demo.refused("key", "list", "--provider", "nowhere.example").startswith("There is no provider at nowhere")
