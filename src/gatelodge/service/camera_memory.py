"""What drivers keep of their cameras (devices.Memory), and from stored rows to cameras and back."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import asdict, fields, replace
from typing import Any

from gatelodge.service.devices import Camera, CameraSettings, State
from gatelodge.service.ports import CameraStore, NotThere
from gatelodge.service.records import CameraRow

FRESH = 0.25  # seconds for which a camera need not be looked up again: ten viewers cost one look-up
MOST = 2000  # cameras that are kept

_NAMES = frozenset(one.name for one in fields(CameraSettings))


def camera_of(row: CameraRow) -> Camera:
    """The camera that a row is. A setting that an older version knew is passed over."""
    known = {name: value for name, value in row.settings.items() if name in _NAMES}
    options: Any = row.settings.get("options", {})
    return Camera(row.provider_id, row.resource_id, row.name, row.driver, CameraSettings(**known), options, row.state)


def with_settings(row: CameraRow, settings: CameraSettings, options: State | None = None) -> CameraRow:
    """The row with these settings; the driver's own stay unless others are given."""
    own = row.settings.get("options", {}) if options is None else options
    return replace(row, settings={**asdict(settings), "options": dict(own)})


class CameraMemory:
    """Keeps the drivers' state in the store."""

    def __init__(self, store: CameraStore) -> None:
        self._store = store
        self._kept: OrderedDict[int, tuple[float, Camera]] = OrderedDict()

    async def now(self, camera: Camera) -> Camera:
        """The camera as it is stored now, or was a moment ago."""
        kept = self._kept.get(camera.id)
        if kept is not None and time.monotonic() - kept[0] < FRESH and kept[1].provider_id == camera.provider_id:
            return kept[1]
        row = (await self._store.of(camera.provider_id, [camera.id])).get(camera.id)
        if row is None:
            raise NotThere("the camera was removed")
        return self._keep(row)

    async def change(self, camera: Camera, change: Callable[[State], State]) -> Camera:
        """Put what `change` makes of the state in its place."""

        def changed(row: CameraRow) -> CameraRow:
            return replace(row, state=change(row.state))

        return self._keep(await self._store.change(camera.provider_id, camera.id, changed))

    def _keep(self, row: CameraRow) -> Camera:
        camera = camera_of(row)
        self._kept[row.resource_id] = (time.monotonic(), camera)
        self._kept.move_to_end(row.resource_id)
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)
        return camera
