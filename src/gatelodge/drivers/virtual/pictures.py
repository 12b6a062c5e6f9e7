"""Pictures, drawn beside the event loop, each once: ten viewers of a camera cost one drawing."""

import asyncio
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor

from gatelodge.service.devices import Camera, DeviceError

THREADS = 2
MOST_WAITING = 40  # drawings; whoever asks for one more is told to come again
KEPT = 64  # pictures

_Key = tuple[int, str, int, str, str]


class Pictures:
    """Draws and keeps pictures."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="virtual-camera")
        self._kept: OrderedDict[_Key, asyncio.Future[bytes]] = OrderedDict()
        self.drawn = 0

    async def get(self, camera: Camera, time: float) -> bytes:
        """What the camera sees at a time, which is taken to a twentieth of a second. Raises DeviceError."""
        moment = round(time * 20)
        key = (camera.id, camera.name, moment, repr(camera.settings), repr((camera.options, camera.state)))
        drawing = self._kept.get(key)
        if drawing is None or drawing.cancelled():
            if sum(not one.done() for one in self._kept.values()) >= MOST_WAITING:
                raise DeviceError("The camera is too busy. Try again in a moment.")
            self.drawn += 1
            drawing = asyncio.get_running_loop().run_in_executor(self._threads, _draw, camera, moment / 20)
            self._kept[key] = drawing
            self._forget()
        return await asyncio.shield(drawing)  # the others who wait for it get it though one goes away

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _forget(self) -> None:
        for key in list(self._kept):
            if len(self._kept) <= KEPT:
                return
            if self._kept[key].done():
                del self._kept[key]


def _draw(camera: Camera, time: float) -> bytes:
    from gatelodge.drivers.virtual.picture import jpeg  # a server that nobody watches at loads no library that draws

    return jpeg(camera, time)
