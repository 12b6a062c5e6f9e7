"""Scopes: a set of names on the wire (RFC 6749 §3.3), comma- or space-separated (the contract).

RFC 6749 allows a comma inside a scope name; here it never is, so that `read,write` can mean two scopes.
"""

import re
from collections.abc import Iterable

Scope = frozenset[str]

_SEPARATORS = re.compile(r"[ ,]+")
_NAME = re.compile(r"[\x21\x23-\x2B\x2D-\x5B\x5D-\x7E]+")  # scope-token less the comma


def parse_scope(text: str) -> Scope | None:
    """The names in `text`; None where one of them is not a scope name. Empty text is the empty set."""
    names = [name for name in _SEPARATORS.split(text) if name]
    return frozenset(names) if all(_NAME.fullmatch(name) for name in names) else None


def format_scope(scope: Iterable[str]) -> str:
    """The scope as it goes on the wire and into a row: sorted and space-separated (RFC 6749 §3.3)."""
    return " ".join(sorted(scope))
