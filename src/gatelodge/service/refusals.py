"""How a use case says no to a person: what is wrong, by field, in sentences that can stand beside the field."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Faults:
    """Nothing was changed; `fields` says what is wrong with each field. The name "" stands for the whole."""

    fields: Mapping[str, str]

    def __str__(self) -> str:
        return "\n".join(f"{name}: {text}" if name else text for name, text in self.fields.items())


@dataclass(frozen=True, slots=True)
class NotFound:
    """There is no such thing, or it is not this user's to see."""


@dataclass(frozen=True, slots=True)
class NotAllowed:
    """The user may not do this; `reason` is a sentence for them."""

    reason: str
