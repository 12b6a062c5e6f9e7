"""Values that each request makes several of."""

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value(cls: type[T]) -> type[T]:
    """A frozen dataclass with slots, that mypy alone holds frozen. What Python does so that nothing is changed at run
    time makes such an object three times as slow to make, 5 µs for those of one request for a token."""
    return dataclass(slots=True, unsafe_hash=True)(cls)
