"""gatelodge app."""

import json

from gatelodge.protocol.credentials import Kind, parse, parse_public_id
from tests.cli.installation import Installation

CREATE = ("app", "create", "--name", "Shop", "--description", "Sells.", "--redirect-uri", "https://shop.example/cb")
OWNER = ("--owner", "owner@example.com")


def test_from_making_to_a_new_secret(demo: Installation) -> None:
    ended = demo.run(*CREATE, "--redirect-uri", "http://127.0.0.1/cb", *OWNER, "--json")
    assert ended.stderr == "The secret is shown this once.\n"
    made = json.loads(ended.stdout)
    assert set(made) == {"client_id", "client_secret"}
    assert parse(made["client_secret"], Kind.CLIENT_SECRET)

    shown = demo.json("app", "show", made["client_id"])
    assert shown | {"created_at": "", "secret_created_at": ""} == {
        "client_id": made["client_id"],
        "name": "Shop",
        "description": "Sells.",
        "kind": "confidential",
        "grant_types": ["authorization_code", "refresh_token"],
        "own_scope": [],
        "redirect_uris": ["https://shop.example/cb", "http://127.0.0.1/cb"],
        "public": False,
        "account": "North Farm",
        "provider": "localhost",
        "created_at": "",
        "created_by": "Olga Owner",
        "secret_created_at": "",
        "users": 0,
        "disabled": False,
    }
    assert shown["created_at"] == shown["secret_created_at"]
    assert shown["created_at"].endswith("Z")

    assert demo.json("app", "disable", made["client_id"])["disabled"] is True
    listed = demo.json("app", "list")
    assert {one["name"]: one["disabled"] for one in listed} == {"Garden Monitor": False, "Shop": True}
    assert demo.json("app", "list", "--provider", "harbour.localhost") == []
    assert demo.json("app", "enable", made["client_id"])["disabled"] is False

    rotated = demo.json("app", "rotate-secret", made["client_id"])
    assert rotated["client_id"] == made["client_id"]
    assert rotated["client_secret"] != made["client_secret"]


def test_a_public_application_has_no_secret(demo: Installation) -> None:
    made = demo.json(*CREATE, *OWNER, "--public")
    assert parse_public_id(made["client_id"])
    assert made["client_secret"] is None
    assert "public" in demo.done("app", "list")
    assert demo.refused("app", "rotate-secret", made["client_id"]) == "A public application has no secret.\n"


def test_refusals(demo: Installation) -> None:
    assert demo.refused(*CREATE, "--owner", "guest@example.com").startswith("Only users with full access")
    assert demo.refused(*CREATE, "--owner", "nobody@example.com") == "There is no user nobody@example.com.\n"
    assert demo.refused(*CREATE, "--owner", "x") == "'x' is no e-mail address.\n"
    faults = demo.refused(*CREATE[:3], "", *CREATE[4:], *OWNER, "--redirect-uri", "http://shop.example/cb")
    name, uri = faults.splitlines()
    assert name == "--name: Enter a name."
    assert uri.startswith("--redirect-uri: http://shop.example/cb: ")
    assert len(demo.json("app", "list")) == 1


def test_an_unknown_application(demo: Installation) -> None:
    said = "There is no application with the client_id {}; see gatelodge app list.\n"
    assert demo.refused("app", "show", "short") == said.format("short")
    assert demo.refused("app", "rotate-secret", "00000000001") == said.format("00000000001")
    assert demo.refused(*CREATE[:-2], *OWNER).startswith("--redirect-uri: Enter at least one address")


def test_a_list_in_a_pipe_is_not_cut(demo: Installation) -> None:
    name = "N" * 80
    demo.done(*CREATE[:3], name, *CREATE[4:], *OWNER)
    assert any(name in line for line in demo.done("app", "list", settings={"COLUMNS": "40"}).splitlines())


def test_an_address_that_is_at_two_providers_needs_the_provider(demo: Installation) -> None:
    person = ("--email", "owner@example.com", "--name", "Other", "--account", "Marina")
    demo.done("user", "create", *person)
    said = demo.refused(*CREATE, *OWNER)
    assert said == (
        "There is a owner@example.com at several providers; name one with --provider: localhost, harbour.localhost.\n"
    )
    made = demo.json(*CREATE, *OWNER, "--provider", "harbour.localhost")
    assert demo.json("app", "show", made["client_id"])["account"] == "Marina"
    assert demo.refused(*CREATE, *OWNER, "--provider", "nowhere.example") == (
        "There is no provider at nowhere.example; there are localhost, harbour.localhost.\n"
    )
