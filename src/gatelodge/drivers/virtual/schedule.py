"""Who comes by: drawn from the camera's id and the time, so that every node knows of the same visitors."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

SLOT = 600  # seconds; in each, somebody comes by, or nobody
LIKELY = 0.7
LASTS = 14.0  # seconds that a visit takes
BEFORE, AFTER = 3, 4  # seconds that a recording is longer on either side


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody, or something, crosses the picture."""

    began: float
    rightwards: bool
    loud: bool

    def part(self, time: float) -> float | None:
        """How far across, from 0 to 1; None before and after."""
        part = (time - self.began) / LASTS
        return part if 0 <= part < 1 else None


def visits(camera_id: int, since: float, until: float) -> Iterator[Visit]:
    """The visits that begin in some stretch of time."""
    for slot in range(int(since // SLOT), int(until // SLOT) + 1):
        draw = Random(f"{camera_id}:{slot}")  # noqa: S311 (nothing secret)
        visit = Visit(slot * SLOT + 20 + draw.random() * (SLOT - 60), draw.random() < 0.5, draw.random() < 0.25)
        if draw.random() < LIKELY and since <= visit.began < until:
            yield visit


def visit_at(camera_id: int, time: float) -> Visit | None:
    """Who is there just now."""
    return next((one for one in visits(camera_id, time - LASTS, time + 0.001) if one.part(time) is not None), None)
