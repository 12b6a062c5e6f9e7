"""Where settings come from, which comes first, and what is said of a wrong one."""

from pathlib import Path

import pytest

from gatelodge.config import KINDS, PREFIX, Settings, SettingsError, read_settings


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An environment and a working folder without settings."""
    for name in KINDS:
        monkeypatch.delenv(f"{PREFIX}{name.upper()}", raising=False)
    monkeypatch.delenv("GATELODGE_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)


def refused(text: str) -> str:
    """What is said of a file with this text."""
    Path("gatelodge.toml").write_text(text, "utf-8")
    with pytest.raises(SettingsError) as raised:
        read_settings()
    return str(raised.value)


def test_without_any_each_has_its_default() -> None:
    assert read_settings(port=None) == Settings()


def test_command_line_then_environment_then_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("gatelodge.toml").write_text('port = 1\nworkers = 1\nhost = "file"\ndata_dir = "there"', "utf-8")
    monkeypatch.setenv("GATELODGE_PORT", "2")
    monkeypatch.setenv("GATELODGE_WORKERS", "2")
    read = read_settings(port=3, host=None)
    assert (read.port, read.workers, read.host, read.data_dir) == (3, 2, "file", Path("there"))


def test_the_file_that_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    Path("gatelodge.toml").write_text("port = 1", "utf-8")
    (tmp_path / "other.toml").write_text("port = 2", "utf-8")
    monkeypatch.setenv("GATELODGE_CONFIG", str(tmp_path / "other.toml"))
    assert read_settings().port == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("port = 65536", "GATELODGE_PORT: must be 0 to 65535"),
        ('port = "http"', "GATELODGE_PORT: must be 0 to 65535"),
        ("port = true", "GATELODGE_PORT: must be 0 to 65535"),
        ("host = 127", "GATELODGE_HOST: must be text"),
        ("data_dir = 1", "GATELODGE_DATA_DIR: must be text"),
        ('log_level = "loud"', "GATELODGE_LOG_LEVEL: must be debug, info, warning or error"),
        (
            'trusted_proxies = "10.0.0.0/8, 300.0.0.1"',
            "GATELODGE_TRUSTED_PROXIES: '300.0.0.1' does not appear to be an IPv4 or IPv6 network",
        ),
        (
            'outbound_networks = "10.0.0.0/8, *"',
            "GATELODGE_OUTBOUND_NETWORKS: '*' would open everything beside this server to whoever names an address: "
            "name networks",
        ),
    ],
)
def test_a_wrong_one_is_named_with_what_is_allowed(text: str, said: str) -> None:
    assert refused(text) == said


def test_a_file_that_is_no_toml_is_named() -> None:
    assert refused("port: 8000").startswith("gatelodge.toml: ")


def test_one_that_does_not_exist_is_named_wherever_it_is() -> None:
    assert refused('colour = "red"').startswith("GATELODGE_COLOUR: there is no such setting; there are GATELODGE_")


@pytest.mark.parametrize("text", ["", "*", "127.0.0.1", "10.0.0.0/8, ::1", "10.0.0.7/8"])
def test_proxies_that_can_be_trusted(text: str) -> None:
    assert read_settings(trusted_proxies=text).trusted_proxies == text
