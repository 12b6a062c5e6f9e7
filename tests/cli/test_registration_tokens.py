"""gatelodge registration-token."""

from datetime import datetime, timedelta

from gatelodge.protocol.credentials import Kind, parse
from tests.cli.installation import Installation

USER = ("--user", "owner@example.com")
CREATE = ("registration-token", "create", *USER, "--name", "Pipeline")


def test_from_making_to_revoking(demo: Installation) -> None:
    made = demo.json(*CREATE)
    assert parse(made["token"], Kind.INITIAL_ACCESS_TOKEN)
    lives = datetime.fromisoformat(made["expires_at"]) - datetime.fromisoformat(made["created_at"])
    assert lives == timedelta(days=7)
    assert demo.json("registration-token", "list", *USER) == [
        {name: value for name, value in made.items() if name != "token"}
    ]
    assert demo.json("registration-token", "list", "--user", "guest@example.com") == []
    revoke = ("registration-token", "revoke")
    assert demo.refused(*revoke, "--user", "guest@example.com", made["id"]).startswith("There is no token")
    ended = demo.run(*revoke, *USER, made["id"])
    assert (ended.returncode, ended.stderr) == (0, "The token Pipeline has ended.\n")
    assert demo.json("registration-token", "list", *USER) == []


def test_it_says_that_nothing_may_be_registered_yet(demo: Installation) -> None:
    first = demo.run(*CREATE, "--expires", "1h")
    assert "It opens nothing yet: run gatelodge provider set localhost --registration token." in first.stderr
    assert demo.run("provider", "set", "localhost", "--registration", "token").returncode == 0
    assert "opens nothing" not in demo.run(*CREATE, "--expires", "1h").stderr


def test_refusals(demo: Installation) -> None:
    assert demo.refused(*CREATE[:2], "--user", "guest@example.com", "--name", "x").startswith("Only users with full")
    assert demo.refused(*CREATE, "--expires", "366d") == "--expires: Choose between one second and 365 days.\n"
    assert "always expires" in demo.usage(*CREATE, "--expires", "never")
