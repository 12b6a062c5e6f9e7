"""The kinds of request that are measured, and how prepared requests travel from a server's data to wrk."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Load:
    """One kind of request. `once`: each prepared request can be sent only once, as a code can. `proof` is a piece of
    the answer that shows that the work was done."""

    name: str
    title: str
    once: bool
    proof: str


CLIENT_CREDENTIALS = Load("client_credentials", "client credentials", once=False, proof='"access_token"')
CODE = Load("code", "code exchange", once=True, proof='"access_token"')
REFRESH = Load("refresh", "refresh, kept", once=False, proof='"access_token"')
ROTATION = Load("rotation", "refresh, rotated", once=True, proof='"refresh_token"')
INTROSPECTION = Load("introspection", "introspection", once=False, proof='"active":true')
REVOCATION = Load("revocation", "revocation", once=True, proof="")
GRAPH = Load("graph", "Graph API call", once=False, proof='"cameraList":[')

LOADS = {load.name: load for load in (CLIENT_CREDENTIALS, CODE, REFRESH, ROTATION, INTROSPECTION, REVOCATION, GRAPH)}


@dataclass(frozen=True, slots=True)
class Ask:
    """One prepared request: always a POST. `authorization` is the header's value; empty for none."""

    path: str
    authorization: str
    body: str
    content_type: str = FORM

    def line(self) -> str:
        """As it stands in a file of requests, which replay.lua reads."""
        return "\t".join((self.path, self.authorization, self.content_type, self.body))

    @classmethod
    def of_line(cls, line: str) -> "Ask":
        """What `line` gave."""
        path, authorization, content_type, body = line.rstrip("\n").split("\t")
        return cls(path, authorization, body, content_type)


def write_asks(file: Path, asks: Iterable[Ask]) -> None:
    """Write a file of requests."""
    with file.open("w", encoding="ascii") as out:
        out.writelines(f"{ask.line()}\n" for ask in asks)


def first_ask(file: Path) -> Ask:
    """The first request of a file."""
    with file.open(encoding="ascii") as lines:
        return Ask.of_line(next(lines))
