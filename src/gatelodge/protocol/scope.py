"""Scopes: a set of names on the wire (RFC 6749 §3.3), comma- or space-separated (the contract).

RFC 6749 allows a comma inside a scope name; here it never is, so that `read,write` can mean two scopes.
"""

import re
from collections.abc import Iterable

Scope = frozenset[str]

_NAMES = re.compile(r"[\x20\x21\x23-\x5B\x5D-\x7E]*")  # scope-tokens, with comma and space between them


def parse_scope(text: str) -> Scope | None:
    """The names in `text`; None where one of them is not a scope name. Empty text is the empty set."""
    return frozenset(text.replace(",", " ").split()) if _NAMES.fullmatch(text) else None


def format_scope(scope: Iterable[str]) -> str:
    """The scope as it goes on the wire and into a row: sorted and space-separated (RFC 6749 §3.3)."""
    return " ".join(sorted(scope))
