"""A Gatelodge process, and tokens of every kind from it."""

import json
import sqlite3
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

    def user_token(self, scope: str = SCOPE, *, user: str = OWNER, more: tuple[str, ...] = ()) -> str:
        """A new token of the user's own."""
        words = ("token", "create", "--user", user, "--name", "Test", "--scope", scope, *more)
        token: str = self._json(*words)["token"]
        return token

    def another_providers_token(self) -> str:
        """A good token of the second provider's."""
        return self.user_token(user="harbour@example.com", more=("--provider", "harbour.localhost"))

    def expired_token(self) -> str:
        """A token that has had its time: a new one, whose end is put into the past."""
        made = self._json("token", "create", "--user", OWNER, "--name", "Expired", "--scope", SCOPE)
        with sqlite3.connect(self.server.folder / "gatelodge.db") as database:
            changed = database.execute("UPDATE user_tokens SET expires_at = created_at + 1 WHERE name = 'Expired'")
            assert changed.rowcount
        database.close()
        token: str = made["token"]
        return token

    def revoke(self, token: str) -> None:
        """End a token."""
        assert HTTP.post(f"{self.origin}/oauth2/revoke", data={"token": token}).json()["success"] is True

    def application_tokens(self) -> dict[str, Any]:
        """What the demo application has from the owner: access and refresh token."""
        return get_tokens(self.server, self.server.user("full"))

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
