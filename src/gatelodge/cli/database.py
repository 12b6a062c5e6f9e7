"""The database as an operator is told of it: never with its password."""

import re

SQLITE = "sqlite:///"
# A URL in which an "@" comes after a "?" can be read in two ways, and in one of them shows a part of the password.
_POSTGRESQL = re.compile(
    r"postgresql://(?:(?P<user>[^:/@?]*)(?::[^@?]*)?@)?(?P<place>[^/@?]*)/(?P<name>[^/@?]*)(?:\?[^@]*)?"
)


def is_sqlite(url: str) -> bool:
    """Whether the database is a file."""
    return url.startswith(SQLITE)


def shown(url: str) -> str:
    """The file, or the server and what it calls the database; no more than its kind where that can't be told for
    certain."""
    if is_sqlite(url):
        return url.removeprefix(SQLITE)
    found = _POSTGRESQL.fullmatch(url)
    if found is None:
        return "the PostgreSQL database"
    user = f"{found['user']}@" if found["user"] else ""
    return f"postgresql://{user}{found['place']}/{found['name']}"
