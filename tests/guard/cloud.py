"""A Gatelodge process, and tokens of every kind from it."""

import json
import sqlite3
from contextlib import closing
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.support.client import get_tokens
from tests.support.http import HTTP
from tests.support.server import Server

OWNER = "owner@example.com"
SCOPE = "read,liveview"


class Cloud:
    """A server with demo data, and an application in it that is an API: a resource server."""

    def __init__(self, folder: Path) -> None:
        self.server = Server(folder)
        self._tokens: dict[str, str] = {}
        made = self._json(
            "app", "create", "--owner", OWNER, "--name", "Notes", "--description", "Notes.", "--resource-server"
        )
        self.client_id: str = made["client_id"]
        self.client_secret: str = made["client_secret"]

    @property
    def origin(self) -> str:
        """The first provider's, which is the issuer."""
        return self.server.origin

    @property
    def camera(self) -> str:
        """The id of one of its cameras."""
        camera: str = self.server.demo["cameras"][0]["id"]
        return camera

    @property
    def another_camera(self) -> str:
        """The id of another of them."""
        camera: str = self.server.demo["cameras"][1]["id"]
        return camera

    def new_token(self, scope: str = SCOPE, *, user: str = OWNER, more: tuple[str, ...] = ()) -> str:
        """A new token of the user's own."""
        words = ("token", "create", "--user", user, "--name", "Test", "--scope", scope, *more)
        token: str = self._json(*words)["token"]
        return token

    def token(self, scope: str = SCOPE) -> str:
        """A good token of the owner's, which nobody may end: tests share it."""
        if scope not in self._tokens:
            self._tokens[scope] = self.new_token(scope)
        return self._tokens[scope]

    @cached_property
    def limited_token(self) -> str:
        """A good token for one camera."""
        return self.new_token("read,liveview", more=("--camera", self.camera))

    @cached_property
    def bad_tokens(self) -> dict[str, str]:
        """What must not let anybody in, by what it is."""
        revoked = self.new_token()
        self.revoke(revoked)
        good = self.token()
        return {
            "made up": "abc",
            "of the right form": f"{good[:-1]}{'x' if good[-1] != 'x' else 'y'}",
            "expired": self._expired_token(),
            "revoked": revoked,
            "another provider's": self.new_token(user="harbour@example.com", more=("--provider", "harbour.localhost")),
            "a refresh token": self.application_tokens["refresh_token"],
            "a secret": self.client_secret,
        }

    def _expired_token(self) -> str:
        """A token that has had its time: a new one, whose end is put into the past."""
        token = self.new_token("events")
        with closing(sqlite3.connect(self.server.folder / "gatelodge.db")) as database, database:
            changed = database.execute("UPDATE user_tokens SET expires_at = created_at WHERE scope = 'events'")
            assert changed.rowcount == 1
        return token

    def revoke(self, token: str) -> None:
        """End a token."""
        assert HTTP.post(f"{self.origin}/oauth2/revoke", data={"token": token}).json()["success"] is True

    @cached_property
    def application_tokens(self) -> dict[str, Any]:
        """What the demo application has from the owner: access and refresh token."""
        return get_tokens(self.server, self.server.user("full"))

    @cached_property
    def machine(self) -> tuple[str, str]:
        """An application that acts as itself: its client_id and an access token."""
        made = self._json(
            "app", "create", "--owner", OWNER, "--name", "Machine", "--description", "Works.",
            "--grant", "client_credentials",
        )  # fmt: skip
        answer = HTTP.post(f"{self.origin}/oauth2/token", data={"grant_type": "client_credentials", **made})
        return made["client_id"], answer.json()["access_token"]

    def introspections(self) -> int:
        """How many times tokens were asked about, by the access log of a server that has stopped."""
        lines = self.server.log.read_text().splitlines()
        return sum("path=/oauth2/introspect " in line for line in lines)

    def _json(self, *words: str) -> Any:
        done = self.server.command(*words, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)
