"""gatelodge serve: starting, answering, stopping, and what it refuses before it begins."""

import json
import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import httpx2
import pytest

from gatelodge.cli.listening import listen
from gatelodge.cli.out import Refused
from tests.cli.installation import Installation
from tests.support.server import GATELODGE, environment


class Serving:
    """A server that has said that it is ready; `said` is what it said until then."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.said: list[str] = []
        for line in self._stderr:
            self.said.append(line)
            if found := re.search(
                r"Listening on 127\.0\.0\.1 port (\d+)\. Press Ctrl-C to stop\.|\"port\": (\d+)", line
            ):
                self.port = int(found[1] or found[2])
                return
        raise AssertionError("".join(self.said))

    @property
    def _stderr(self) -> IO[str]:
        assert self.process.stderr is not None
        return self.process.stderr

    def get(self, path: str, host: str = "localhost") -> httpx2.Response:
        """Ask it for something."""
        return httpx2.get(f"http://127.0.0.1:{self.port}{path}", headers={"host": host})

    def graph(self, token: str) -> httpx2.Response:
        """Ask the Graph API for the cameras."""
        return httpx2.post(
            f"http://127.0.0.1:{self.port}/api/graphql",
            headers={"host": "localhost", "authorization": f"Bearer {token}"},
            json={"query": "{cameraList{name}}"},
        )

    def stop(self, how: signal.Signals) -> tuple[int, str]:
        """Its exit status and what it said since it was ready. The signal goes to all its processes, as Ctrl-C does."""
        os.killpg(self.process.pid, how)
        rest = self._stderr.read()
        return self.process.wait(30), rest


@contextmanager
def serving(installation: Installation, *words: str, settings: Mapping[str, str] | None = None) -> Iterator[Serving]:
    """A server of the installation at a free port."""
    process = subprocess.Popen(
        [*GATELODGE, "serve", "--port", "0", *words],
        env=environment(installation.folder, settings),
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )
    try:
        yield Serving(process)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(30)
        if process.stderr:
            process.stderr.close()


def test_it_says_where_it_is_answers_and_ends_on_ctrl_c(demo: Installation) -> None:
    with serving(demo) as server:
        assert server.said[:2] == [
            "North Cloud   http://localhost:8000\n",
            "Harbour View  http://harbour.localhost:8000\n",
        ]
        answer = server.get("/signin")
        assert answer.status_code == 200
        assert "server" not in answer.headers
        assert "date" in answer.headers

        made = demo.json("token", "create", "--user", "guest@example.com", "--name", "Script", "--scope", "read")
        cameras = server.graph(made["token"]).json()["data"]["cameraList"]
        assert [camera["name"] for camera in cameras] == ["Front door", "Garden"]
        demo.done("token", "revoke", "--user", "guest@example.com", made["id"])
        assert server.graph(made["token"]).status_code == 401

        other = demo.refused("serve", "--port", str(server.port))
        assert other == (
            f"GATELODGE_PORT: port {server.port} of 127.0.0.1 is in use by another program; "
            "choose another one with --port.\n"
        )
        status, rest = server.stop(signal.SIGINT)
    assert status == 0
    assert "Traceback" not in rest
    assert made["token"] not in rest


def test_several_processes(demo: Installation, tmp_path: Path) -> None:
    """What the command line gave reaches the processes that serve, against the environment."""
    elsewhere = {"GATELODGE_DATABASE": f"sqlite:///{tmp_path / 'other.db'}"}
    with serving(
        demo, "--workers", "2", "--database", f"sqlite:///{demo.folder / 'gatelodge.db'}", settings=elsewhere
    ) as server:
        assert {server.get("/signin").status_code for _ in range(8)} == {200}
        status, rest = server.stop(signal.SIGINT)
    assert status == 0
    assert "Traceback" not in rest
    assert not (tmp_path / "other.db").exists()


def test_a_service_manager_stops_it_and_json_is_all_it_says(empty: Installation) -> None:
    empty.done("provider", "create", "--name", "Cloud", "--origin", "https://cloud.example.com")
    with serving(empty, settings={"GATELODGE_LOG_FORMAT": "json"}) as server:
        assert server.get("/signin", "cloud.example.com").status_code == 200
        status, rest = server.stop(signal.SIGTERM)
    assert status == 0
    lines = [json.loads(line) for line in ("".join(server.said) + rest).splitlines()]
    assert lines[0]["event"] == "serving"
    assert lines[0]["providers"] == {"Cloud": "https://cloud.example.com"}


def test_without_a_provider_it_says_how_to_make_one(empty: Installation) -> None:
    with serving(empty) as server:
        said = "".join(server.said)
        assert "gatelodge provider create" in said
        assert "gatelodge demo" in said
        assert server.get("/signin").status_code == 421
        assert server.stop(signal.SIGINT)[0] == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--database", "mysql://x"), "GATELODGE_DATABASE: 'mysql' is not a database that is served"),
        (("--database", "nonsense"), "GATELODGE_DATABASE: the database URL can't be read"),
        (("--host", "192.0.2.1"), "GATELODGE_HOST: '192.0.2.1' is no address of this computer.\n"),
        (("--no-migrate",), "GATELODGE_DATABASE: the schema is empty, this version works with "),
    ],
)
def test_what_it_refuses(empty: Installation, words: tuple[str, ...], said: str) -> None:
    assert empty.refused("serve", "--port", "0", *words).startswith(said)


def test_settings_it_refuses(empty: Installation) -> None:
    said = empty.refused("serve", settings={"GATELODGE_TRUSTED_PROXIES": "everybody"})
    assert said.startswith("GATELODGE_TRUSTED_PROXIES: ")
    assert "'everybody'" in said
    assert "--port" in empty.usage("serve", "--port", "65536")
    assert "--workers" in empty.usage("serve", "--workers", "0")
    assert not empty.folder.exists()


def test_a_folder_in_which_nothing_can_be_made(empty: Installation, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = empty.refused("serve", "--port", "0", "--data-dir", str(tmp_path / "file"))
    assert said.startswith(f"GATELODGE_DATA_DIR: the folder {tmp_path / 'file'} can't be made")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_read_only(empty: Installation) -> None:
    empty.folder.mkdir(0o500)
    assert "can't be used" in empty.refused("serve", "--port", "0")


def test_a_name_with_two_addresses_is_listened_to_at_one_port() -> None:
    opened = listen("localhost", 0)
    try:
        ports = {one.getsockname()[1] for one in opened}
        assert len(ports) == 1
        for one in opened:
            with socket.create_connection(one.getsockname()[:2], timeout=10):
                pass
        with pytest.raises(Refused, match="is in use by another program"):
            listen("localhost", ports.pop())
    finally:
        for one in opened:
            one.close()


def test_a_name_that_is_none() -> None:
    with pytest.raises(Refused, match=r"'a\.invalid' is no address of this computer"):
        listen("a.invalid", 0)
    with pytest.raises(Refused, match="is no address of this computer"):
        listen("x" * 300, 0)
