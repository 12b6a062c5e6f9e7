"""What every resolver is handed."""

from dataclasses import dataclass
from typing import TypeAlias

import strawberry

from gatelodge.service.bearer import Caller
from gatelodge.service.services import Services


@dataclass(frozen=True, slots=True)
class GraphContext:
    """One call: who calls, the use cases to ask, and the operation that the call names, if it names one."""

    caller: Caller
    services: Services
    operation_name: str | None


GraphInfo: TypeAlias = strawberry.Info[GraphContext, None]
