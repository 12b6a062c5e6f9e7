"""gatelodge user."""

import json

from tests.cli.installation import Installation

CREATE = ("user", "create", "--email", "New@Example.com", "--name", "New Person", "--account", "North Farm")
STDIN = "--password-stdin"


def test_from_making_to_another_password(demo: Installation) -> None:
    ended = demo.run(*CREATE, "--json")
    assert ended.stderr == "The password is shown this once.\n"
    made = json.loads(ended.stdout)
    assert set(made) == {"id", "email", "name", "disabled", "password"}
    assert (made["email"], made["disabled"]) == ("new@example.com", False)
    assert len(made["password"]) >= 16

    another = demo.json("user", "set-password", "new@example.com")
    assert another["password"] not in (None, made["password"])
    given = demo.run("user", "set-password", "new@example.com", STDIN, given="correct horse battery\n")
    assert (given.stdout, given.stderr) == ("email  new@example.com\n", "")

    assert demo.json("user", "disable", "new@example.com")["disabled"] is True
    listed = {row["email"]: row for row in demo.json("user", "list", "--provider", "localhost")}
    assert list(listed) == ["guest@example.com", "new@example.com", "owner@example.com"]
    assert listed["new@example.com"]["disabled"] is True
    assert listed["new@example.com"]["memberships"] == [{"account": "North Farm", "role": "owner", "access": "full"}]
    assert listed["new@example.com"]["provider"] == "localhost"
    enabled = demo.run("user", "enable", "new@example.com")
    assert (enabled.returncode, enabled.stderr) == (0, "new@example.com can sign in again.\n")
    assert "disabled" not in demo.done("user", "list")


def test_a_guest_sees_what_is_granted_unless_said_otherwise(demo: Installation) -> None:
    demo.done(*CREATE, "--role", "guest", STDIN, given="correct horse battery")
    demo.done(*CREATE[:3], "full@example.com", *CREATE[4:], "--role", "guest", "--access", "full")
    rows = {row["email"]: row["memberships"][0] for row in demo.json("user", "list")}
    assert (rows["new@example.com"]["role"], rows["new@example.com"]["access"]) == ("guest", "partial")
    assert (rows["full@example.com"]["role"], rows["full@example.com"]["access"]) == ("guest", "full")


def test_refusals(demo: Installation) -> None:
    assert demo.refused(*CREATE, STDIN, given="short\n") == "--password-stdin: Use at least 10 characters.\n"
    assert demo.refused(*CREATE, STDIN) == "--password-stdin: Use at least 10 characters.\n"
    assert demo.refused(*CREATE, "--access", "partial") == "--access: An owner has full access.\n"
    assert demo.refused(*CREATE[:-1], "South").startswith("There is no account named South; there are North Farm, ")
    taken = demo.refused(*CREATE[:3], "owner@example.com", *CREATE[4:])
    assert taken == "--email: There is a user with the address owner@example.com already.\n"
    assert demo.refused("user", "set-password", "owner@example.com", STDIN, given="short").startswith(STDIN)
    assert demo.refused("user", "disable", "nobody@example.com") == "There is no user nobody@example.com.\n"
    assert "'king' is not one of 'owner', 'guest'" in demo.usage(*CREATE, "--role", "king")
    assert len(demo.json("user", "list")) == 3


def test_nothing_can_be_made_where_there_is_no_provider(empty: Installation) -> None:
    assert empty.refused(*CREATE) == "There is no provider yet: make one with gatelodge provider create.\n"
