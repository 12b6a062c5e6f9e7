"""gatelodge provider, gatelodge account."""

from tests.cli.installation import Installation

CREATE = ("provider", "create", "--name", "Cloud", "--origin", "https://Cloud.example.com/")


def test_a_provider_and_its_accounts(empty: Installation) -> None:
    made = empty.json(*CREATE, "--accent", "#0f766e", "--no-query-credentials")
    assert made | {"id": ""} == {
        "id": "",
        "name": "Cloud",
        "host": "cloud.example.com",
        "origin": "https://cloud.example.com",
        "accent": "#0f766e",
        "query_credentials": False,
    }
    assert empty.json("provider", "list") == [made]
    assert empty.refused(*CREATE) == "--origin: There is a provider at cloud.example.com already.\n"

    account = empty.json("account", "create", "--name", "Farm")  # there is only one provider to mean
    assert account | {"id": ""} == {"id": "", "name": "Farm", "provider": "cloud.example.com"}
    assert empty.json("account", "list") == [account]
    said = empty.refused("account", "create", "--name", "Farm", "--provider", "cloud.example.com")
    assert said == "--name: There is an account named Farm already.\n"


def test_a_provider_of_the_usual_colour(empty: Installation) -> None:
    shown = empty.done(*CREATE)
    assert "https://cloud.example.com" in shown
    assert "query_credentials  yes" in shown
    assert "https://cloud.example.com" in empty.done("provider", "list")


def test_refusals(demo: Installation) -> None:
    faults = demo.refused("provider", "create", "--name", "", "--origin", "cloud", "--accent", "#ffff00").splitlines()
    assert [fault.partition(":")[0] for fault in faults] == ["--name", "--origin", "--accent"]
    said = demo.refused("account", "create", "--name", "Farm")
    assert said == "There are several providers; name one with --provider: localhost, harbour.localhost.\n"
    assert "North Farm" in demo.done("account", "list")


def test_the_switches_of_a_provider(demo: Installation) -> None:
    host = "harbour.localhost"
    before = demo.json("provider", "show", host)
    assert before["policy"]["profile"] == "standard"
    done = demo.json("provider", "set", host, "--require-pkce", "--registration", "token", "--no-query-credentials")
    assert (done["policy"]["require_pkce"], done["policy"]["registration"]) == (True, "token")
    assert done["query_credentials"] is False
    assert demo.json("provider", "show", host) == done
    again = demo.json("provider", "set", host, "--no-require-pkce")
    assert (again["policy"]["require_pkce"], again["policy"]["registration"]) == (False, "token")
    assert again["query_credentials"] is False
    assert demo.json("provider", "show", "localhost")["policy"] == before["policy"]


def test_wrong_values_of_switches_are_named(demo: Installation) -> None:
    said = demo.refused(
        "provider", "set", "localhost", "--signing-algorithm", "none", "--pushed-request-lifetime", "700"
    )
    assert said.splitlines() == [
        "--signing-algorithm: Choose from: ES256, RS256, PS256, EdDSA.",
        "--pushed-request-lifetime: Choose from 60 to 599.",
    ]
    assert "There is no provider" in demo.refused("provider", "set", "nowhere.example", "--require-pkce")
    assert "require_pkce" in demo.done("provider", "show", "localhost")


def test_the_fapi_profile_names_the_applications_that_fall_short(demo: Installation) -> None:
    ended = demo.run("provider", "set", "localhost", "--profile", "fapi2", "--json")
    assert ended.returncode == 0
    remarks = ended.stderr.splitlines()
    assert all(remark.startswith("Garden Monitor (") for remark in remarks)
    assert "private_key_jwt" in remarks[0]
    assert "https://" in remarks[1]
    shown = demo.json("provider", "show", "localhost")
    assert shown["policy"]["require_pushed_requests"] is True
    back = demo.json("provider", "set", "localhost", "--profile", "standard")
    assert back["policy"]["require_pushed_requests"] is False
    assert back["query_credentials"] is True
