"""gatelodge account members, add-member, remove-member."""

from tests.cli.installation import Installation


def test_a_user_is_let_into_one_more_account_and_taken_out_again(demo: Installation) -> None:
    demo.done("account", "create", "--name", "Barn", "--provider", "localhost")
    made = demo.json("account", "add-member", "Barn", "--user", "guest@example.com")
    assert (made["email"], made["role"], made["access"], made["disabled"]) == (
        "guest@example.com",
        "guest",
        "partial",
        False,
    )
    demo.done("account", "add-member", "Barn", "--user", "owner@example.com", "--role", "owner")
    rows = demo.json("account", "members", "Barn")
    assert [(row["email"], row["role"], row["access"]) for row in rows] == [
        ("owner@example.com", "owner", "full"),
        ("guest@example.com", "guest", "partial"),
    ]
    assert rows[0]["since"] is not None
    assert "guest@example.com" in demo.done("account", "members", "Barn")
    gone = demo.json("account", "remove-member", "Barn", "--user", "guest@example.com")
    assert gone == {"account": "Barn", "email": "guest@example.com"}
    assert [row["email"] for row in demo.json("account", "members", "Barn")] == ["owner@example.com"]
    assert len(demo.json("account", "members", "North Farm")) == 2


def test_refusals(demo: Installation) -> None:
    add, remove = ("account", "add-member", "North Farm"), ("account", "remove-member", "North Farm")
    assert demo.refused(*add, "--user", "guest@example.com") == (
        "--user: guest@example.com belongs to North Farm already.\n"
    )
    assert "not of the same provider" in demo.refused(*add, "--user", "harbour@example.com")
    assert demo.refused(*add, "--user", "owner@example.com", "--role", "owner", "--access", "partial") == (
        "--access: An owner keeps full access.\n"
    )
    assert demo.refused(*remove, "--user", "owner@example.com").startswith("Nobody else has full access")
    assert demo.refused(*remove, "--user", "harbour@example.com") == (
        "harbour@example.com does not belong to North Farm.\n"
    )
    assert demo.refused("account", "members", "South").startswith("There is no account named South")
