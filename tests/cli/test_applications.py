"""gatelodge app."""

import json

import pytest

from gatelodge.protocol.credentials import Kind, parse, parse_public_id
from tests.cli.installation import Installation

SHOP = ("app", "create", "--name", "Shop", "--description", "Sells.")
AT = ("--redirect-uri", "https://shop.example/cb")
ITSELF = ("--grant", "client_credentials")
CREATE = (*SHOP, *AT)
FOR_USERS = ["authorization_code", "refresh_token"]
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
        "redirect_uris": ["https://shop.example/cb", "http://127.0.0.1/cb"],
        "kind": "confidential",
        "public": False,
        "grant_types": ["authorization_code", "refresh_token"],
        "own_scope": [],
        "optional_scope": [],
        "account": "North Farm",
        "provider": "localhost",
        "created_at": "",
        "created_by": "Olga Owner",
        "secret_created_at": "",
        "users": 0,
        "disabled": False,
        "settings": {},
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


@pytest.mark.parametrize(
    ("words", "kind", "grants", "own_scope"),
    [
        (AT, "confidential", FOR_USERS, []),
        ((*AT, "--public"), "public", ["authorization_code"], []),
        ((*AT, "--public", "--grant", "refresh_token"), "public", FOR_USERS, []),
        ((*AT, *ITSELF), "confidential", ["authorization_code", "client_credentials", "refresh_token"], ["read"]),
        (ITSELF, "confidential", ["client_credentials"], ["read"]),
        ((*ITSELF, "--scope", "read,events"), "confidential", ["client_credentials"], ["events", "read"]),
        (("--resource-server",), "resource_server", [], []),
    ],
)
def test_kinds(demo: Installation, words: tuple[str, ...], kind: str, grants: list[str], own_scope: list[str]) -> None:
    made = demo.json(*SHOP, *OWNER, *words)
    assert bool(made["client_secret"]) is (kind != "public")
    shown = demo.json("app", "show", made["client_id"])
    assert (shown["kind"], shown["grant_types"], shown["own_scope"]) == (kind, grants, own_scope)
    assert shown["public"] is (kind == "public")
    (line,) = [line for line in demo.done("app", "list").splitlines() if made["client_id"] in line]
    assert kind in line
    assert ", ".join(grants) in line


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--redirect-uri: Enter at least one address, one on each line.\n"),
        (("--grant", "refresh_token"), "--grant: Only an application that asks users for access can refresh it.\n"),
        (("--public", *ITSELF), "--grant: Only a confidential application can act as itself"),
        ((*ITSELF, "--scope", "fly"), "--scope: Choose from: "),
        ((*ITSELF, "--scope", ""), "--scope: Choose at least one right that the application has as itself.\n"),
        ((*ITSELF, "--scope", 're"ad'), "--scope: This is no list of rights; write them like read,liveview.\n"),
        ((*AT, "--scope", "read"), "--scope: Only an application that acts as itself has rights of its own.\n"),
        (("--resource-server", "--public"), "--resource-server: A resource server has a secret"),
        (("--resource-server", *ITSELF), "--resource-server: A resource server has a secret"),
        (("--resource-server", *AT), "--redirect-uri: A resource server sends nobody anywhere"),
    ],
)
def test_kinds_that_are_none(demo: Installation, words: tuple[str, ...], said: str) -> None:
    assert demo.refused(*SHOP, *OWNER, *words).startswith(said)
    assert len(demo.json("app", "list")) == 1


def test_a_grant_that_is_none(demo: Installation) -> None:
    assert "'client_credentials'" in demo.usage(*SHOP, *OWNER, "--grant", "password")


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


def test_an_application_says_what_people_may_leave_out(demo: Installation) -> None:
    made = demo.json(*CREATE, *OWNER, "--optional-scope", "events, recordings")
    assert demo.json("app", "show", made["client_id"])["optional_scope"] == ["events", "recordings"]
    assert demo.refused(*CREATE, *OWNER, "--optional-scope", "everything").startswith("--optional-scope: Choose from")
    assert demo.refused(*CREATE, *OWNER, "--optional-scope", '"').startswith("--optional-scope: This is no list")
    alone = ("app", "create", "--name", "Job", "--description", "Runs.", *OWNER, "--grant", "client_credentials")
    assert demo.refused(*alone, "--optional-scope", "read").startswith(
        "--optional-scope: Only an application that asks"
    )


KEYS = '{"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "' + "A" * 43 + '"}]}'


def test_settings_by_the_names_of_the_standards(demo: Installation) -> None:
    method = ("--set", "token_endpoint_auth_method=private_key_jwt")
    made = demo.json(*CREATE, *OWNER, *method, "--jwks", "-", given=KEYS)
    settings = demo.json("app", "show", made["client_id"])["settings"]
    assert settings == {"token_endpoint_auth_method": "private_key_jwt", "jwks": KEYS}

    uris = ["https://shop.example/bye", "https://shop.example/out"]
    logout = [word for uri in uris for word in ("--set", f"post_logout_redirect_uris={uri}")]
    more = ("--set", "require_pkce=yes", "--set", "default_max_age=3600", *logout)
    done = demo.json("app", "set", made["client_id"], *more)
    assert done["settings"] == settings | {
        "require_pkce": True,
        "default_max_age": 3600,
        "post_logout_redirect_uris": uris,
    }
    back = ("--set", "require_pkce=", "--set", "default_max_age=", "--set", "post_logout_redirect_uris=")
    assert demo.json("app", "set", made["client_id"], *back)["settings"] == settings
    assert "private_key_jwt" in demo.done("app", "show", made["client_id"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--set", "token_endpoint_auth_method=private_key_jwt"), "--set jwks: With private_key_jwt, give"),
        (("--set", "require_pkce"), "--set: Write NAME=VALUE, not require_pkce."),
        (("--set", "colour=red"), "--set: There is no setting colour; there are token_endpoint_auth_method, "),
        (("--set", "source=registered"), "--set: There is no setting source;"),
        (("--set", "require_pkce=maybe"), "--set: require_pkce is yes or no."),
        (("--set", "default_max_age=soon"), "--set: default_max_age is a number of seconds."),
        (("--set", "jwks_uri=https://a.example/", "--set", "jwks_uri=https://b.example/"), "--set: jwks_uri has one"),
        (("--jwks", "nowhere.json"), "--jwks: nowhere.json can't be read"),
    ],
)
def test_settings_that_cannot_be(demo: Installation, words: tuple[str, ...], said: str) -> None:
    assert demo.refused(*CREATE, *OWNER, *words).startswith(said)
