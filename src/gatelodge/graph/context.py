"""What every resolver is handed."""

from dataclasses import dataclass, field
from typing import Any, TypeAlias

import strawberry

from gatelodge.service.bearer import Caller
from gatelodge.service.services import Services


@dataclass(frozen=True, slots=True)
class GraphContext:
    """One call: who calls, the use cases to ask, and the operation that the call names, if it names one."""

    caller: Caller
    services: Services
    operation_name: str | None
    introspection: bool = True  # whether the schema may be asked for
    kept: dict[str, Any] = field(default_factory=dict)  # what was looked up for this call (loading.py)


GraphInfo: TypeAlias = strawberry.Info[GraphContext, None]
