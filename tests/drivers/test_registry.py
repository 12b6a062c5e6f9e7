"""Drivers by name: the built-in one, and one that is really installed."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gatelodge.drivers.registry import GROUP, InstalledDrivers
from gatelodge.drivers.virtual.driver import VirtualDriver
from gatelodge.service.devices import Camera, DriverMissing
from tests.drivers.test_virtual import Notebook

MODULE = '''
"""A camera that shows the same picture for ever."""

from gatelodge.service.devices import Abilities, Live


class StillDriver:
    def __init__(self, memory):
        self.memory = memory
        self.closed = False

    def abilities(self, camera):
        return Abilities(light=True)

    async def online(self, cameras):
        return frozenset(camera.id for camera in cameras)

    async def live(self, cameras):
        return {camera.id: Live(light=True) for camera in cameras}

    async def snapshot(self, camera):
        return b"still"

    async def close(self):
        self.closed = True
'''


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A package on the path, with what an installer leaves of its entry points."""
    (tmp_path / "still_camera.py").write_text(MODULE)
    info = tmp_path / "still_camera-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: still-camera\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{GROUP}]\nstill = still_camera:StillDriver\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    yield
    sys.modules.pop("still_camera", None)


async def test_an_installed_driver_is_found_by_its_name(installed: None) -> None:
    notebook = Notebook()
    drivers = InstalledDrivers(notebook)
    driver = drivers.named("still")
    assert driver is drivers.named("still")
    assert await driver.snapshot(Camera(1, 1, "x", "still")) == b"still"
    assert vars(driver)["memory"] is notebook
    await drivers.close()
    assert vars(driver)["closed"]


async def test_the_virtual_one_is_always_there() -> None:
    drivers = InstalledDrivers(Notebook())
    assert isinstance(drivers.named("virtual"), VirtualDriver)
    await drivers.close()


@pytest.mark.parametrize("name", ["still", "", "os:system", "../x"])
def test_one_that_is_not_installed_is_said_to_be_missing(name: str) -> None:
    with pytest.raises(DriverMissing, match=f"The camera's driver “{name}” is not installed here."):
        InstalledDrivers(Notebook()).named(name)
