"""The colours of the hour: sky, light, sun and moon. The virtual cameras stand where UTC is the time of day."""

import math
from dataclasses import dataclass

RGB = tuple[int, ...]

DAY = 86_400

# Hour, sky at its top, sky at the horizon, light on things.
_HOURS: tuple[tuple[float, RGB, RGB, tuple[float, ...]], ...] = (
    (0.0, (7, 10, 30), (24, 32, 66), (0.20, 0.24, 0.40)),
    (4.6, (10, 15, 42), (38, 44, 86), (0.22, 0.26, 0.42)),
    (6.0, (64, 84, 150), (240, 160, 128), (0.62, 0.52, 0.56)),
    (7.5, (86, 142, 212), (246, 214, 178), (0.95, 0.86, 0.78)),
    (10.0, (74, 146, 226), (190, 222, 244), (1.0, 1.0, 0.98)),
    (15.0, (70, 140, 222), (188, 220, 242), (1.0, 1.0, 0.98)),
    (18.0, (84, 124, 198), (250, 206, 150), (1.0, 0.86, 0.70)),
    (19.6, (62, 64, 128), (248, 132, 92), (0.74, 0.52, 0.50)),
    (21.0, (16, 20, 56), (66, 52, 98), (0.30, 0.29, 0.46)),
    (24.0, (7, 10, 30), (24, 32, 66), (0.20, 0.24, 0.40)),
)
HIGH = 30.0  # degrees above the horizon where the sky's top colour begins


def mix(one: RGB, other: RGB, part: float) -> RGB:
    """So much of the other colour."""
    return tuple(round(a + (b - a) * part) for a, b in zip(one, other, strict=True))


@dataclass(frozen=True, slots=True)
class Daylight:
    """The light at some moment."""

    top: RGB
    horizon: RGB
    ambient: tuple[float, ...]
    night: float  # 0 by day, 1 in the night
    hour: float

    def sky(self, elevation: float) -> RGB:
        """The sky's colour, so many degrees above the horizon."""
        return mix(self.horizon, self.top, min(max(elevation / HIGH, 0.0), 1.0) ** 0.8)

    def body(self, *, sun: bool) -> tuple[float, float]:
        """Where the sun, or the moon, stands: azimuth and elevation."""
        part = (self.hour - 5.6) / 14.2 if sun else ((self.hour + 24 - 19.8) % 24) / 10.0
        return -62 + 124 * part, -6 + 30 * math.sin(math.pi * min(max(part, -0.2), 1.2))


def daylight_at(time: float) -> Daylight:
    """The light at a time (UTC epoch seconds)."""
    hour = time % DAY / 3600
    after = next(index for index, row in enumerate(_HOURS) if row[0] > hour)
    (start, top, horizon, ambient), (end, next_top, next_horizon, next_ambient) = _HOURS[after - 1], _HOURS[after]
    part = (hour - start) / (end - start)
    light = tuple(a + (b - a) * part for a, b in zip(ambient, next_ambient, strict=True))
    night = min(max((0.62 - light[0]) / 0.4, 0.0), 1.0)
    return Daylight(mix(top, next_top, part), mix(horizon, next_horizon, part), light, night, hour)
