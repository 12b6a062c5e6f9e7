"""What is said of a database, whichever it is: enough to know it by, and never its password."""

import pytest

from gatelodge.cli.database import shown
from tests.cli.installation import Installation

PASSWORD = "s3cretpw"
NOBODY_LISTENS = f"postgresql://gate:{PASSWORD}@127.0.0.1:1/lodge"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite:///data/gatelodge.db", "data/gatelodge.db"),
        ("sqlite:////var/lib/gatelodge.db", "/var/lib/gatelodge.db"),
        ("postgresql://db.example/lodge", "postgresql://db.example/lodge"),
        ("postgresql://gate@db.example:5433/lodge", "postgresql://gate@db.example:5433/lodge"),
        ("postgresql://gate@[::1]:5433/lodge", "postgresql://gate@[::1]:5433/lodge"),
        (f"postgresql://gate:{PASSWORD}@db.example/lodge", "postgresql://gate@db.example/lodge"),
        (f"postgresql://gate:a/{PASSWORD}@db.example/lodge", "postgresql://gate@db.example/lodge"),
        (f"postgresql://gate:a:{PASSWORD}@db.example/lodge", "postgresql://gate@db.example/lodge"),
        (f"postgresql://db.example/lodge?password={PASSWORD}", "postgresql://db.example/lodge"),
        (f"postgresql:///lodge?host=/run/postgresql&password={PASSWORD}", "postgresql:///lodge"),
    ],
)
def test_enough_to_know_it_by(url: str, said: str) -> None:
    assert shown(url) == said


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://gate:a?{PASSWORD}@db.example/lodge",
        f"postgresql://gate:a@{PASSWORD}@db.example/lodge",
        f"postgresql://gate:{PASSWORD}@a@db.example/lodge",
        f"postgresql://db.example:5432/lodge?password=a@{PASSWORD}/b",
        f"postgresql://db.example/lodge?password={PASSWORD}@b",
        f"postgresql://gate:{PASSWORD}@db.example",
    ],
)
def test_where_it_can_be_read_in_two_ways_only_its_kind(url: str) -> None:
    assert shown(url) == "the PostgreSQL database"


@pytest.mark.parametrize(
    "url",
    [
        NOBODY_LISTENS,
        f"postgresql://gate:{PASSWORD}@127.0.0.1:{PASSWORD}/lodge",
        f"postgresql://gate:a@{PASSWORD}@127.0.0.1:1/lodge",
        f"postgresql://gate:{PASSWORD}@127.0.0.1:1",
        f"mysql://gate:{PASSWORD}@127.0.0.1:1/lodge",
    ],
)
def test_no_refusal_holds_the_password(empty: Installation, url: str) -> None:
    said = empty.refused("app", "list", "--database", url)
    assert said.startswith("GATELODGE_DATABASE: ")
    assert PASSWORD not in said


def test_a_server_that_is_not_there(empty: Installation) -> None:
    said = empty.refused("serve", "--port", "0", "--database", NOBODY_LISTENS)
    assert said.startswith("GATELODGE_DATABASE: postgresql://gate@127.0.0.1:1/lodge can't be used: ")
