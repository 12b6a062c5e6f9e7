"""What holds for every command: settings, help, exit status."""

import subprocess
import sys
from pathlib import Path

import pytest

from gatelodge import __version__
from tests.cli.installation import Installation


def test_version_and_help_need_no_installation(empty: Installation) -> None:
    wrong = {"GATELODGE_PORT": "x"}
    assert empty.done("--version", settings=wrong) == f"gatelodge {__version__}\n"
    shown = empty.done("--help", settings=wrong)
    assert all(f"{name} " in shown for name in ("serve", "demo", "migrate", "doctor", "key", "provider"))
    assert all(f"{name} " in shown for name in ("account", "user", "app", "token"))
    assert not empty.folder.exists()


def test_help_imports_nothing_that_takes_long() -> None:
    script = "import sys, gatelodge.cli; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    slow = {"sqlalchemy", "alembic", "msgspec", "starlette", "strawberry", "argon2", "uvicorn", "structlog", "jinja2"}
    assert "typer" in loaded
    assert slow.isdisjoint(loaded)


def test_usage(empty: Installation) -> None:
    assert "No such command 'toke'. Did you mean 'token'?" in empty.usage("toke")
    assert "No such option: --what" in empty.usage("user", "list", "--what")
    assert "Missing argument 'EMAIL'" in empty.usage("user", "disable")
    assert not empty.folder.exists()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"GATELODGE_COLOUR": "red"}, "GATELODGE_COLOUR: there is no such setting; there are GATELODGE_ACCESS_TOKEN"),
        ({"GATELODGE_LOG_FORMAT": "xml"}, "GATELODGE_LOG_FORMAT: must be text or json\n"),
        ({"GATELODGE_CONFIG": "/nowhere.toml"}, "GATELODGE_CONFIG: there is no file /nowhere.toml\n"),
        ({"GATELODGE_DATABASE": "mysql://x"}, "GATELODGE_DATABASE: 'mysql' is not a database that is served"),
    ],
)
def test_a_wrong_setting_is_named_and_nothing_is_made(empty: Installation, settings: dict[str, str], said: str) -> None:
    assert empty.refused("user", "list", settings=settings).startswith(said)
    assert not empty.folder.exists()


def test_each_wrong_setting_is_a_sentence(empty: Installation) -> None:
    wrong = {"GATELODGE_PORT": "70000", "GATELODGE_WORKERS": "0"}
    assert [line.partition(":")[0] for line in empty.refused("key", "list", settings=wrong).splitlines()] == [
        *("GATELODGE_PORT", "GATELODGE_WORKERS")
    ]


def test_what_is_no_database(empty: Installation, tmp_path: Path) -> None:
    (tmp_path / "text.db").write_bytes(b"no database at all" * 100)
    said = empty.refused("user", "list", "--database", f"sqlite:///{tmp_path / 'text.db'}")
    assert said == f"GATELODGE_DATABASE: {tmp_path / 'text.db'} can't be used: file is not a database.\n"
    said = empty.refused("user", "list", "--database", f"sqlite:///{tmp_path}")
    assert said == f"GATELODGE_DATABASE: {tmp_path} is a folder, not a file\n"
