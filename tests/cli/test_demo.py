"""gatelodge demo."""

import json
import stat
from pathlib import Path

import pytest

from tests.cli.installation import Installation


def test_it_says_what_to_try_it_with_and_the_same_again(empty: Installation) -> None:
    first = empty.run("demo", "--json", "--origin", "http://localhost:8123")
    assert (first.returncode, first.stderr) == (0, "")
    shown = json.loads(first.stdout)

    assert set(shown) == {"origin", "users", "application", "cameras", "providers"}
    assert shown["origin"] == "http://localhost:8123"
    assert all(set(user) == {"email", "password", "role", "access"} for user in shown["users"])
    kinds = [(user["role"], user["access"]) for user in shown["users"]]
    assert kinds[:2] == [("owner", "full"), ("guest", "partial")]
    assert set(shown["application"]) == {"client_id", "client_secret", "redirect_uris"}
    assert len(shown["cameras"]) > 2
    assert all(set(camera) == {"id", "name"} for camera in shown["cameras"])
    assert [one["origin"] for one in shown["providers"]] == ["http://localhost:8123", "http://harbour.localhost:8123"]

    again = empty.run("demo", "--json", "--origin", "http://localhost:8123")
    assert (again.returncode, again.stdout) == (0, first.stdout)
    assert again.stderr == "The database has its demo data already; here it is again.\n"

    elsewhere = empty.run("demo", "--json", "--origin", "http://localhost:9999")
    assert (elsewhere.returncode, elsewhere.stdout) == (0, first.stdout)
    assert "is at http://localhost:8123, not at http://localhost:9999" in elsewhere.stderr


def test_a_person_sees_every_secret_whole(filled: Installation) -> None:
    kept = json.loads((filled.folder / "demo.json").read_text())
    lines = filled.done("demo", settings={"COLUMNS": "40"}).splitlines()
    for text in (kept["application"]["client_secret"], *(user["password"] for user in kept["users"])):
        assert sum(text in line for line in lines) == 1
    assert any("Open http://localhost:8000 and sign in as owner@example.com" in line for line in lines)


def test_what_it_keeps_is_its_owners_alone(filled: Installation) -> None:
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (filled.folder, *filled.folder.iterdir())}
    assert modes["data"] == 0o700
    assert modes["demo.json"] == modes["master.key"] == 0o600
    assert sorted(modes) == ["data", "demo.json", "gatelodge.db", "master.key"]  # and no file half written


def test_a_database_with_something_else_in_it_is_left_alone(empty: Installation) -> None:
    empty.done("provider", "create", "--name", "Mine", "--origin", "https://cloud.example.com")
    assert empty.refused("demo") == "The database is not empty; demo data goes only into an empty one.\n"
    assert [one["name"] for one in empty.json("provider", "list")] == ["Mine"]


@pytest.mark.parametrize("text", ["{", "[]", '{"database": 1}', '{"application": {}}'])
def test_what_it_kept_for_another_database_is_not_shown(demo: Installation, text: str) -> None:
    (demo.folder / "demo.json").write_text(text)
    assert "not empty" in demo.refused("demo")


def test_what_was_kept_of_a_database_made_anew_is_not_shown(demo: Installation, empty: Installation) -> None:
    kept = json.loads((demo.folder / "demo.json").read_text())
    url = f"sqlite:///{demo.folder / 'gatelodge.db'}"
    (demo.folder / "demo.json").write_text(json.dumps(kept | {"database": url}))
    assert json.loads(demo.done("demo", "--json"))["application"] == kept["application"]

    (demo.folder / "gatelodge.db").unlink()
    demo.done("provider", "create", "--name", "Mine", "--origin", "https://cloud.example.com")
    assert "not empty" in demo.refused("demo")


def test_an_origin_that_cannot_be_one_makes_nothing(empty: Installation) -> None:
    said = empty.refused("demo", "--origin", "http://cloud.example.com")
    assert said.startswith("--origin: 'http://cloud.example.com' must begin with https://")
    assert empty.json("provider", "list") == []
    assert not (empty.folder / "demo.json").exists()


def test_a_folder_that_cannot_be_made_is_refused(empty: Installation, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    elsewhere = ("--data-dir", str(tmp_path / "file" / "data"), "--database", f"sqlite:///{tmp_path / 'x.db'}")
    said = empty.refused("demo", *elsewhere)
    assert said == f"GATELODGE_DATA_DIR: the folder {tmp_path / 'file' / 'data'} can't be made: Not a directory\n"
    assert not (tmp_path / "x.db").exists()
