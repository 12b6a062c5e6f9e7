"""gatelodge doctor."""

import json
from pathlib import Path

import pytest

from gatelodge.cli.checks import (
    Status,
    check_folder,
    check_key,
    check_providers,
    check_proxies,
    check_python,
    check_space,
    judge_space,
)
from gatelodge.identity.provider import Provider
from tests.cli.installation import Installation

HTTPS = Provider(1, "Cloud", "https://cloud.example.com", "#1f5fbf")
LOCAL = Provider(2, "Here", "http://localhost:8000", "#1f5fbf")
PLAIN = Provider(3, "Plain", "http://cloud.example.com", "#1f5fbf")


def test_all_is_well(demo: Installation) -> None:
    report = demo.json("doctor")
    assert report["ok"] is True
    assert [(one["check"], one["status"]) for one in report["findings"]] == [
        ("python", "ok"),
        ("settings", "ok"),
        ("data folder", "ok"),
        ("master key", "ok"),
        ("space", "ok"),
        ("database", "ok"),
        ("providers", "ok"),
        ("providers", "ok"),
        ("proxies", "ok"),
    ]


def test_nothing_is_there_and_nothing_is_made(empty: Installation) -> None:
    ended = empty.run("doctor")
    assert ended.returncode == 1
    assert [line.split()[0] for line in ended.stdout.splitlines() if line.strip()[:1] in ("✓", "✗")] == [
        *("✓", "✓", "✗", "✗", "✓", "✗")
    ]
    assert "gatelodge migrate makes it" in ended.stdout
    assert not empty.folder.exists()


def test_what_is_open_to_others_and_what_is_damaged(demo: Installation) -> None:
    demo.folder.chmod(0o755)
    (demo.folder / "gatelodge.db").write_bytes(b"no database at all" * 100)
    report = json.loads(demo.run("doctor", "--json").stdout)
    found = {one["check"]: (one["status"], one["remedy"]) for one in report["findings"]}
    assert found["data folder"] == ("warning", f"chmod 700 {demo.folder}")
    assert found["database"][0] == "failed"
    assert "restore it from a backup" in found["database"][1]

    (demo.folder / "master.key").chmod(0o640)
    report = json.loads(demo.run("doctor", "--json").stdout)
    found = {one["check"]: (one["status"], one["remedy"]) for one in report["findings"]}
    assert found["master key"][0] == "failed"
    assert found["master key"][1].startswith(f"chmod 600 {demo.folder / 'master.key'}")


def test_a_wrong_setting_is_a_finding(empty: Installation) -> None:
    ended = empty.run("doctor", "--json", settings={"GATELODGE_LOG_LEVEL": "loud"})
    assert ended.returncode == 1
    last = json.loads(ended.stdout)["findings"][-1]
    assert last["finding"] == "GATELODGE_LOG_LEVEL: must be debug, info, warning or error"


def test_a_postgresql_server_that_is_not_there(demo: Installation) -> None:
    ended = demo.run("doctor", "--json", "--database", "postgresql://gate:s3cretpw@127.0.0.1:1/lodge")
    assert ended.returncode == 1
    found = {one["check"]: one for one in json.loads(ended.stdout)["findings"]}
    assert list(found) == ["python", "settings", "data folder", "master key", "database"]
    assert found["database"]["status"] == "failed"
    assert "postgresql://gate@127.0.0.1:1/lodge" in found["database"]["finding"]
    assert "see that PostgreSQL runs there" in found["database"]["remedy"]
    assert "s3cretpw" not in ended.stdout + ended.stderr


def test_an_installation_without_a_provider_has_nothing_to_serve(empty: Installation) -> None:
    empty.done("key", "list")
    ended = empty.run("doctor", "--json")
    assert ended.returncode == 1
    failed = [one for one in json.loads(ended.stdout)["findings"] if one["status"] == "failed"]
    assert [(one["check"], one["remedy"]) for one in failed] == [
        ("providers", "Make one with gatelodge provider create.")
    ]


def test_folder_and_key_that_are_something_else(tmp_path: Path) -> None:
    (tmp_path / "file").touch(0o600)
    assert check_folder(tmp_path / "file").status is Status.FAILED
    assert check_folder(tmp_path / "file" / "below").status is Status.FAILED
    assert check_key(tmp_path / "file").status is Status.OK
    assert check_key(tmp_path / "file" / "below").status is Status.FAILED


def test_versions() -> None:
    assert check_python().status is Status.OK
    assert check_python((3, 11, 0)).status is Status.OK
    old = check_python((3, 10, 9))
    assert (old.status, old.finding) == (Status.FAILED, "Python is 3.10.9.")


def test_space(tmp_path: Path) -> None:
    assert check_space(tmp_path / "not" / "there").finding == check_space(tmp_path).finding
    assert [judge_space(free).status for free in (1 << 31, 1 << 29, 1 << 20)] == list(Status)


def test_an_origin_whose_passwords_can_be_read_on_their_way() -> None:
    assert [one.status for one in check_providers([HTTPS, LOCAL, PLAIN])] == [Status.OK, Status.OK, Status.FAILED]


@pytest.mark.parametrize(
    ("providers", "host", "trusted", "status"),
    [
        ([LOCAL], "127.0.0.1", "", Status.OK),
        ([LOCAL, HTTPS], "127.0.0.1", "", Status.WARNING),
        ([HTTPS], "0.0.0.0", "", Status.WARNING),
        ([HTTPS], "127.0.0.1", "127.0.0.1", Status.OK),
        ([HTTPS], "localhost", "*", Status.OK),
        ([HTTPS], "0.0.0.0", "*", Status.WARNING),
        ([HTTPS], "::", "10.0.0.0/8", Status.OK),
    ],
)
def test_proxies(providers: list[Provider], host: str, trusted: str, status: Status) -> None:
    [finding] = check_proxies(providers, host, trusted)
    assert finding.status is status
    assert bool(finding.remedy) is (status is not Status.OK)
    assert ("127.0.0.1" in finding.remedy) is (status is Status.WARNING and host == "127.0.0.1")
