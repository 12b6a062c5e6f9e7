"""The drivers that there are (devices.Drivers): the virtual one, and those that installed packages bring."""

from collections.abc import Callable
from importlib.metadata import entry_points

from gatelodge.drivers.virtual.driver import VirtualDriver
from gatelodge.service.devices import Driver, DriverMissing, Memory

GROUP = "gatelodge.cameras"
VIRTUAL = "virtual"

Make = Callable[[Memory], Driver]


class InstalledDrivers:
    """Drivers by name, each made when it is first asked for."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._made: dict[str, Driver] = {}

    def named(self, name: str) -> Driver:
        """The driver of this name. Raises DriverMissing."""
        if name not in self._made:
            self._made[name] = _find(name)(self._memory)
        return self._made[name]

    async def close(self) -> None:
        """Let go of everything."""
        for driver in self._made.values():
            await driver.close()


def _find(name: str) -> Make:
    if name == VIRTUAL:
        return VirtualDriver
    found = entry_points(group=GROUP, name=name)
    if not found:
        raise DriverMissing(f"The camera's driver “{name}” is not installed here.")
    make: Make = next(iter(found)).load()
    return make
