"""A picture that is drawn in degrees: azimuth to the right, elevation up, seen by a camera that pans, tilts and zooms.

Near things slide by faster than far ones when the camera pans; that is what `depth` is for (1: the middle). It is drawn
at twice its size and then reduced, which smooths every edge.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from gatelodge.drivers.virtual.daylight import RGB, Daylight, mix
from gatelodge.drivers.virtual.state import Pose

WIDTH, HEIGHT = 640, 360
FINER = 2
FIELD = 62.0  # degrees across, at zoom 1

Points = Sequence[tuple[float, float]]

_GLOW = Image.radial_gradient("L").point([max(0, 255 - round(value * 1.42)) for value in range(256)])
WARM: RGB = (255, 226, 178)


@dataclass(frozen=True, slots=True)
class Lamp:
    """A light that shines on what is near it."""

    azimuth: float
    on: bool
    reach: float = 34.0  # degrees


class Canvas:
    """One picture in the making."""

    def __init__(self, pose: Pose, daylight: Daylight, lamp: Lamp) -> None:
        self.daylight = daylight
        self.lamp = lamp
        self._pose = pose
        self._scale = WIDTH * FINER / FIELD * pose.zoom  # pixels a degree
        self.image = Image.new("RGB", (WIDTH * FINER, HEIGHT * FINER))
        self._draw = ImageDraw.Draw(self.image)

    @property
    def step(self) -> int:
        """How wide strips of wall, ground or water are, in degrees: the lamp's light fades from one to the next."""
        return 2 if self.lamp.on else 12

    def place(self, azimuth: float, elevation: float, depth: float = 1.0) -> tuple[float, float]:
        """Where a direction is in the picture."""
        return (
            WIDTH * FINER / 2 + (azimuth - self._pose.pan * depth) * self._scale,
            HEIGHT * FINER / 2 - (elevation - self._pose.tilt) * self._scale,
        )

    def shade(self, colour: RGB, azimuth: float, *, near: bool = True) -> RGB:
        """A colour as it looks at this hour, and beside the lamp."""
        ambient = self.daylight.ambient
        if near and self.lamp.on:
            bright = 0.95 * math.exp(-(((azimuth - self.lamp.azimuth) / self.lamp.reach) ** 2))
            ambient = tuple(max(now, bright * warm / 255) for now, warm in zip(ambient, WARM, strict=True))
        return tuple(min(255, round(part * light)) for part, light in zip(colour, ambient, strict=True))

    def sky(self) -> None:
        """The sky, from top to bottom."""
        strip = Image.new("RGB", (1, 48))
        for row in range(48):
            elevation = self._pose.tilt + (24 - row) / 48 * HEIGHT * FINER / self._scale
            strip.putpixel((0, row), self.daylight.sky(elevation))
        self.image.paste(strip.resize(self.image.size, Image.Resampling.BILINEAR))

    def shape(self, points: Points, colour: RGB, depth: float = 1.0, *, near: bool = True, lit: bool = False) -> None:
        """A filled outline; `lit` where it shines by itself."""
        middle = sum(azimuth for azimuth, _ in points) / len(points)
        fill = colour if lit else self.shade(colour, middle, near=near)
        self._draw.polygon([self.place(azimuth, elevation, depth) for azimuth, elevation in points], fill=fill)

    def box(
        self, left: float, bottom: float, width: float, height: float, colour: RGB, depth: float = 1.0,
        *, near: bool = True, lit: bool = False,
    ) -> None:  # fmt: skip
        """An upright rectangle."""
        right, top = left + width, bottom + height
        self.shape([(left, bottom), (right, bottom), (right, top), (left, top)], colour, depth, near=near, lit=lit)

    def disc(
        self, azimuth: float, elevation: float, wide: float, colour: RGB, depth: float = 1.0,
        *, high: float | None = None, near: bool = True, lit: bool = False,
    ) -> None:  # fmt: skip
        """An ellipse by its middle and half its width and height."""
        high = wide if high is None else high
        x, y = self.place(azimuth, elevation, depth)
        across, up = wide * self._scale, high * self._scale
        fill = colour if lit else self.shade(colour, azimuth, near=near)
        self._draw.ellipse((x - across, y - up, x + across, y + up), fill=fill)

    def line(
        self, points: Points, wide: float, colour: RGB, depth: float = 1.0, *, near: bool = True, lit: bool = False
    ) -> None:
        """A line, so many degrees wide."""
        fill = colour if lit else self.shade(colour, points[0][0], near=near)
        placed = [self.place(azimuth, elevation, depth) for azimuth, elevation in points]
        self._draw.line(placed, fill=fill, width=max(1, round(wide * self._scale)), joint="curve")

    def strips(self, bottom: float, top: float, colour: RGB, far: RGB, depth: float = 1.0) -> None:
        """Ground, in strips, so that the lamp's light fades to the sides, and paler where it is far."""
        for band in range(4):
            low, high = bottom + (top - bottom) * band / 4, bottom + (top - bottom) * (band + 1) / 4
            tone = mix(colour, far, band / 3)
            for left in range(-120, 120, self.step):
                self.box(left, low, self.step + 0.2, high - low + 0.1, tone, depth)

    def glow(self, azimuth: float, elevation: float, radius: float, colour: RGB, strength: float, depth: float) -> None:
        """A shine around something bright."""
        x, y = self.place(azimuth, elevation, depth)
        size = round(2 * radius * self._scale)
        corner = (round(x - size / 2), round(y - size / 2))
        width, height = self.image.size
        if corner[0] > width or corner[1] > height or corner[0] + size < 0 or corner[1] + size < 0:
            return
        # Only what is in the picture: zoomed in, the whole of it would be many times as large.
        seen = (
            max(0, -corner[0]), max(0, -corner[1]), min(size, width - corner[0]), min(size, height - corner[1]),
        )  # fmt: skip
        if seen[2] <= seen[0] or seen[3] <= seen[1]:
            return
        shrunk = _GLOW.width / size
        part = _GLOW.resize(
            (seen[2] - seen[0], seen[3] - seen[1]),
            Image.Resampling.BILINEAR,
            box=(seen[0] * shrunk, seen[1] * shrunk, seen[2] * shrunk, seen[3] * shrunk),
        ).point([round(value * strength) for value in range(256)])
        self.image.paste(colour, (corner[0] + seen[0], corner[1] + seen[1]), part)

    def finished(self) -> Image.Image:
        """The picture at its size."""
        return self.image.reduce(FINER)
