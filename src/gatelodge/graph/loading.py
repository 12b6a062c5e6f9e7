"""Looking up for many cameras at once what one query asks of each."""

from collections.abc import Sequence

from strawberry.dataloader import DataLoader

from gatelodge.graph.context import GraphContext
from gatelodge.service import devices
from gatelodge.service.records import EventRow


class Loaders:
    """The look-ups of one call. What several fields ask of a camera is looked up once."""

    def __init__(self, context: GraphContext) -> None:
        self._services = context.services
        self._provider_id = context.caller.provider.id
        self.camera: DataLoader[int, devices.Camera | None] = DataLoader(self._cameras)
        self.live: DataLoader[int, devices.Live | None] = DataLoader(self._live)
        self.online: DataLoader[int, bool] = DataLoader(self._online)
        self._events: dict[int, DataLoader[int, Sequence[EventRow]]] = {}

    def events(self, first: int) -> DataLoader[int, Sequence[EventRow]]:
        """The newest few events of each camera."""
        if first not in self._events:

            async def load(ids: list[int]) -> list[Sequence[EventRow]]:
                found = await self._services.footage.events_of_each(self._provider_id, ids, first)
                return [found.get(one, ()) for one in ids]

            self._events[first] = DataLoader(load)
        return self._events[first]

    async def _cameras(self, ids: list[int]) -> list[devices.Camera | None]:
        found = await self._services.cameras.of(self._provider_id, ids)
        return [found.get(one) for one in ids]

    async def _there(self, ids: list[int]) -> list[devices.Camera]:
        return [camera for camera in await self.camera.load_many(ids) if camera is not None]

    async def _live(self, ids: list[int]) -> list[devices.Live | None]:
        found = await self._services.cameras.live(await self._there(ids))
        return [found.get(one) for one in ids]

    async def _online(self, ids: list[int]) -> list[bool]:
        found = await self._services.cameras.online(await self._there(ids))
        return [one in found for one in ids]


def loaders(context: GraphContext) -> Loaders:
    """This call's."""
    found: Loaders | None = context.kept.get("loaders")
    if found is None:
        found = context.kept["loaders"] = Loaders(context)
    return found
