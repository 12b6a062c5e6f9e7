"""gatelodge token."""

import json
from datetime import datetime, timedelta

import pytest
import typer

from gatelodge.cli.tokens import read_lifetime
from gatelodge.protocol.credentials import Kind, parse
from tests.cli.installation import Installation

USER = ("--user", "guest@example.com")
CREATE = ("token", "create", *USER, "--name", "Script", "--scope", "liveview,read")


def test_from_making_to_revoking(demo: Installation) -> None:
    made = demo.json(*CREATE)
    assert parse(made["token"], Kind.USER_TOKEN)
    assert (made["name"], made["scope"]) == ("Script", ["read", "liveview"])
    lives = datetime.fromisoformat(made["expires_at"]) - datetime.fromisoformat(made["created_at"])
    assert lives == timedelta(days=90)

    forever = demo.run(*CREATE, "--expires", "never")
    assert forever.stderr == "The token is shown this once.\n"
    assert "never" in forever.stdout

    first, second = reversed(demo.json("token", "list", *USER))
    assert first == {name: value for name, value in made.items() if name != "token"}
    assert second["expires_at"] is None
    assert demo.json("token", "list", "--user", "owner@example.com") == []

    assert demo.refused("token", "revoke", "--user", "owner@example.com", made["id"]).startswith(
        "owner@example.com has"
    )
    ended = demo.run("token", "revoke", *USER, made["id"])
    assert (ended.returncode, ended.stderr) == (0, "The token Script has ended.\n")
    assert [one["id"] for one in demo.json("token", "list", *USER)] == [second["id"]]
    assert demo.refused("token", "revoke", *USER, made["id"]).startswith("guest@example.com has no token")


def test_refusals(demo: Installation) -> None:
    assert demo.refused(*CREATE[:-1], "read,fly").startswith("--scope: Choose from: audiotransmit, events, ")
    assert demo.refused(*CREATE[:-1], 'a"b').startswith("--scope: This is no list of rights")
    assert demo.refused(*CREATE, "--expires", "99999d") == "--expires: Choose between one second and 3650 days.\n"
    assert "'90' is no time: write 30m, 12h, 90d, 4w, or never." in demo.usage(*CREATE, "--expires", "90")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30m", 1800), ("12h", 43_200), ("90d", 7_776_000), ("4w", 2_419_200), ("never", None)],
)
def test_a_lifetime(text: str, seconds: int | None) -> None:
    assert read_lifetime(text) == seconds


@pytest.mark.parametrize("text", ["", "90", "d", "0d", "-1d", "1.5h", "1y", " 1d", "1d\n", "٣d", "1234567890d"])
def test_what_is_no_lifetime(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="is no time"):
        read_lifetime(text)


def test_a_token_can_be_limited_to_cameras(demo: Installation) -> None:
    cameras = {one["name"]: one["id"] for one in json.loads((demo.folder / "demo.json").read_text())["cameras"]}
    named = [word for name in ("Garden", "Front door") for word in ("--camera", cameras[name])]
    made = demo.json(*CREATE, *named)
    assert sorted(made["cameras"]) == sorted([cameras["Garden"], cameras["Front door"]])
    assert demo.json(*CREATE)["cameras"] is None
    everything, limited = demo.json("token", "list", *USER)
    assert (everything["cameras"], limited["cameras"]) == (None, made["cameras"])
    table = demo.done("token", "list", *USER)
    assert "Front door, Garden" in table or "Garden, Front door" in table

    for wrong in (cameras["Garage"], "00000000001"):
        assert demo.refused(*CREATE, "--camera", wrong) == (
            "--camera: What you sent is not among the choices any more. Look at them and choose again.\n"
        )
    assert "no camera's id" in demo.refused(*CREATE, "--camera", "Garden")
