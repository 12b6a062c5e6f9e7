"""Values that are kept in one column, as JSON.

Only what differs from a value's default is written, and a member that is not known is passed over: two versions can
share a database, and most rows hold nothing at all.
"""

import json
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from functools import lru_cache
from typing import Any, TypeVar

T = TypeVar("T")


def to_text(value: Any) -> str | None:
    """The JSON of a dataclass value whose fields all have defaults; None where it differs from them in nothing."""
    members = {
        field.name: sorted(member) if isinstance(member, frozenset) else member
        for field in fields(value)
        if (member := getattr(value, field.name)) != _default(field)
    }
    return json.dumps(members, ensure_ascii=False, separators=(",", ":")) if members else None


@lru_cache(4096)
def from_text(kind: type[T], text: str | None) -> T:
    """The value of a `kind` of dataclass that `to_text` made `text` of. Values are shared: they are never changed."""
    return kind() if text is None else from_members(kind, json.loads(text))


def from_members(kind: type[T], members: Mapping[str, Any]) -> T:
    """The same, of JSON that has been read. Lists become what the field's default is: a tuple or a set."""
    defaults = {field.name: _default(field) for field in fields(kind)}  # type: ignore[arg-type]  # T is a dataclass
    return kind(**{name: _like(defaults[name], member) for name, member in members.items() if name in defaults})


def _default(field: "Field[Any]") -> Any:
    if field.default_factory is not MISSING:
        return field.default_factory()
    return field.default


def _like(default: Any, member: Any) -> Any:
    return type(default)(member) if isinstance(default, (tuple, frozenset)) else member
