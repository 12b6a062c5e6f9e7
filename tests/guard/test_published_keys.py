"""The guard and the server's own JWT access tokens, verified by the keys that the server tells of."""

import json
import sqlite3
from base64 import urlsafe_b64decode
from contextlib import closing
from typing import Any

import pytest

from gatelodge.guard import Access, Guard, Jwt, Refusal
from tests.guard.cloud import OWNER, Cloud
from tests.support.http import HTTP

API = "https://notes.example.com/api"


class Notes:
    """An API that verifies tokens itself, and an application that acts as itself."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        who = ("--owner", OWNER, "--description", "Test.")
        self._json(
            "app", "create", *who, "--name", "Signed notes", "--resource-server",
            "--set", f"resource_uris={API}", "--set", "access_token_format=jwt",
        )  # fmt: skip
        self._machine = self._json(
            "app", "create", *who, "--name", "Clock", "--grant", "client_credentials", "--scope", "read,events"
        )

    def _json(self, *words: str) -> Any:
        done = self.cloud.server.command(*words, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def token(self, **more: str) -> str:
        """A new access token for the API."""
        asked = {"grant_type": "client_credentials", "resource": API, **self._machine, **more}
        answer = HTTP.post(f"{self.cloud.origin}/oauth2/token", data=asked)
        assert answer.status_code == 200, answer.text
        token: str = answer.json()["access_token"]
        return token

    def guard(self, audience: str = API) -> Guard:
        """A guard that knows the issuer, and reads where its keys are."""
        metadata = HTTP.get(f"{self.cloud.origin}/.well-known/oauth-authorization-server").json()
        return Guard(Jwt(metadata["issuer"], audience, metadata["jwks_uri"]), resource=API)

    def rotate(self, *words: str) -> None:
        """Give a command that makes a key."""
        self._json("key", "rotate", "--provider", "localhost", *words)


def key_of(token: str) -> str:
    """The key that signed a token."""
    kid: str = json.loads(urlsafe_b64decode(token.split(".")[0] + "=="))["kid"]
    return kid


@pytest.mark.rfc("9068", "4", "an API verifies a token by the issuer's published keys, and only one that is for it")
def test_what_the_server_signs_the_guard_believes(own_cloud: Cloud) -> None:
    notes = Notes(own_cloud)
    token = notes.token()
    access = notes.guard().check([f"Bearer {token}"], "read")
    assert isinstance(access, Access)
    assert access.scopes == {"read", "events"}
    assert access.application is not None
    assert isinstance(notes.guard().check([f"Bearer {token}"], "write"), Refusal)
    assert isinstance(notes.guard("https://elsewhere.example").check([f"Bearer {token}"], "read"), Refusal)
    ours = notes.token(resource=own_cloud.origin)
    assert isinstance(notes.guard().check([f"Bearer {ours}"], "read"), Refusal)


def test_the_guard_does_not_notice_a_rotation(own_cloud: Cloud) -> None:
    """It reads the keys once, while the next one is told of, and is asked again when nothing can be read any more."""
    notes = Notes(own_cloud)
    before = notes.token()
    notes.rotate()
    server, guard = own_cloud.server, notes.guard()
    server.stop()
    server.start()  # and knows of the rotation at once
    assert isinstance(guard.check([f"Bearer {before}"], "read"), Access)
    server.stop()
    with closing(sqlite3.connect(server.folder / "gatelodge.db")) as database, database:  # a day goes by
        database.execute("UPDATE signing_keys SET used_from = used_from - 86400")
    server.start()
    after = notes.token()
    assert key_of(after) != key_of(before)
    server.stop()
    for token in (before, after):
        assert isinstance(guard.check([f"Bearer {token}"], "read"), Access)


def test_a_key_that_got_out_is_believed_by_nobody_who_reads_the_keys(own_cloud: Cloud) -> None:
    notes = Notes(own_cloud)
    stolen = notes.token()
    notes.rotate("--at-once")
    own_cloud.server.stop()
    own_cloud.server.start()
    assert isinstance(notes.guard().check([f"Bearer {stolen}"], "read"), Refusal)
    assert isinstance(notes.guard().check([f"Bearer {notes.token()}"], "read"), Access)
