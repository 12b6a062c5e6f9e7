"""JSON in text columns."""

import json
from collections.abc import Mapping
from typing import Any


def to_text(value: Mapping[str, Any]) -> str:
    """As it is stored."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True)


def from_text(text: str) -> Mapping[str, Any]:
    """As it was."""
    found: Mapping[str, Any] = json.loads(text)
    return found
