"""The explorer's page model."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from gatelodge.identity.rights import Right


@dataclass(frozen=True, slots=True)
class Ready:
    """A query that can be tried as it is."""

    name: str
    label: str
    url: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """What the API answered."""

    status: int
    text: str
    errors: int
    curl: str
    python: str


@dataclass(frozen=True, slots=True)
class FieldDoc:
    """A field that can be asked for."""

    form: str  # "camera(id: ID!): Camera"
    text: str
    needs: str  # the scope


@dataclass(frozen=True, slots=True)
class ExplorerPage:
    """Write a query, run it with rights of one's choice, see the answer."""

    template: ClassVar[str] = "explorer.html"
    action: str
    ready: tuple[Ready, ...]
    rights: tuple[Right, ...]
    query: str
    variables: str
    scopes: frozenset[str]
    least: tuple[Right, ...] | None  # that the query needs; None where it is no query
    enough: bool  # whether the chosen ones are exactly these
    answered: Answered | None
    docs: tuple[tuple[str, tuple[FieldDoc, ...]], ...]
    faults: Mapping[str, str] = field(default_factory=dict)
