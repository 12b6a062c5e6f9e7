"""The scenes that a virtual camera can look at. Each is drawn from the far to the near."""

import math
from collections.abc import Callable, Mapping
from random import Random

from gatelodge.drivers.virtual import things
from gatelodge.drivers.virtual.canvas import WARM, Canvas, Lamp
from gatelodge.drivers.virtual.daylight import RGB, mix
from gatelodge.drivers.virtual.schedule import Visit

Scene = Callable[[Canvas, int, float, Visit | None], None]

WALLS: tuple[RGB, ...] = ((226, 210, 182), (206, 214, 216), (222, 190, 170), (196, 206, 186))
ROOFS: tuple[RGB, ...] = ((150, 72, 58), (92, 96, 108), (122, 84, 62))
FUR: tuple[RGB, ...] = ((52, 50, 54), (206, 132, 66), (146, 142, 140))
PAINT: tuple[RGB, ...] = ((186, 52, 48), (44, 92, 148), (222, 222, 218), (58, 110, 84))


def garden(canvas: Canvas, camera_id: int, time: float, visit: Visit | None) -> None:
    """A house in its garden, and a cat."""
    random = _random(camera_id)
    things.heavens(canvas, random, time)
    things.hills(canvas, (116, 142, 152), 7.5, 17, random.uniform(0, 6), 0.68)
    things.hills(canvas, (96, 136, 108), 5.0, 11, random.uniform(0, 6), 0.82)
    canvas.strips(-60, -1.5, (92, 146, 78), (122, 166, 96))
    for _ in range(7):
        at = random.uniform(-80, 80)
        if abs(at) > 14:
            things.tree(canvas, at, -2.6, random.uniform(8, 13), time, 0.95, _vary(random, (66, 122, 64)))
    things.house(canvas, 0, -4.2, random.choice(WALLS), random.choice(ROOFS), time)
    path = [(-1.8, -4.6), (1.8, -4.6), (7.5, -22), (-3.5, -22)]
    canvas.shape(path, (202, 190, 166), 1.0)
    for _ in range(34):
        at, down = random.uniform(-44, 44), random.uniform(-14, -6)
        if not -4 < at < 6:
            petal = random.choice(((232, 96, 110), (246, 202, 84), (228, 226, 238), (170, 116, 206)))
            canvas.line([(at, down), (at, down + 0.8)], 0.1, (62, 112, 58), 1.05)
            canvas.disc(at + 0.07 * math.sin(time + at), down + 0.9, 0.32, petal, 1.05)
    fur = random.choice(FUR)
    if visit is None:
        things.cat(canvas, 4.4, -4.3, time, walks=0, colour=fur, depth=1.0)
    things.tree(canvas, -27, -10, 19, time, 1.08, _vary(random, (58, 112, 60)))
    things.lantern(canvas, 15, -12, time, 1.08)
    if visit is not None:
        _cat_walks(canvas, visit, time, -11, fur)
    for at in range(-96, 97, 4):
        canvas.shape([(at, -22), (at + 1.5, -22), (at + 1.5, -14.6), (at + 0.75, -13.8), (at, -14.6)],
                     (226, 222, 212), 1.2)  # fmt: skip
    canvas.box(-100, -17.6, 200, 0.9, (206, 202, 192), 1.2)


def street(canvas: Canvas, camera_id: int, time: float, visit: Visit | None) -> None:
    """A drive that leads to a road, with cars now and then."""
    random = _random(camera_id)
    things.heavens(canvas, random, time)
    things.hills(canvas, (122, 140, 156), 6, 15, random.uniform(0, 6), 0.66)
    for at in range(-90, 91, 15):
        height = random.uniform(8, 15)
        wall = mix(random.choice(WALLS), (130, 136, 150), 0.35)
        canvas.box(at - 7, -3, 13.4, height, wall, 0.85, near=False)
        canvas.shape([(at - 7.6, height - 3), (at + 7, height - 3), (at - 0.3, height + 2)], random.choice(ROOFS), 0.85,
                     near=False)  # fmt: skip
        for across in (-4.6, 1.6):
            things.window(canvas, at + across, height - 7.4, 2.4, 2.6, 0.85, lit=random.random() < 0.6)
    canvas.strips(-60, -2.6, (120, 150, 92), (134, 160, 104))
    for band in range(-120, 120, 6):
        canvas.box(band, -10.5, 6.2, 6.4, (84, 86, 92))
        canvas.box(band + 1, -7.5, 3.2, 0.35, (216, 212, 196))
        canvas.box(band, -4.3, 6.2, 0.5, (176, 174, 168))
        canvas.box(band, -11.2, 6.2, 0.8, (176, 174, 168))
    for at in (-46, -31, 30, 52):
        things.tree(canvas, at, -4.2, random.uniform(10, 14), time, 0.98, _vary(random, (72, 124, 70)))
    if visit is not None:
        part = visit.part(time) or 0.0
        way = 1 if visit.rightwards else -1
        things.car(canvas, way * (-60 + 120 * part), -9.4, way, _random(int(visit.began)).choice(PAINT), 1.0)
    canvas.shape([(-9, -11.2), (9, -11.2), (22, -40), (-22, -40)], (150, 146, 142), 1.05)
    for joint in range(4):
        canvas.line(
            [(-10 - joint * 3, -13 - joint * 4), (10 + joint * 3, -13 - joint * 4)], 0.16, (124, 120, 116), 1.05
        )
    canvas.box(-17.4, -16, 1.0, 6.6, things.WOOD, 1.1)
    canvas.box(-19.3, -10.2, 4.8, 3.0, (186, 58, 52), 1.1)
    canvas.box(-19.3, -8.0, 4.8, 0.25, (140, 40, 38), 1.1)
    things.lantern(canvas, 17, -15, time, 1.12)
    for bush in (-34, -27, 26, 33):
        for across, size in ((-2.2, 2.4), (0, 3.1), (2.3, 2.5)):
            canvas.disc(bush + across, -16 + size * 0.5, size, _vary(random, (58, 104, 62)), 1.15)


def hall(canvas: Canvas, camera_id: int, time: float, visit: Visit | None) -> None:
    """Indoors: a door, a clock that goes, a plant, a carpet."""
    random = _random(camera_id)
    wall, floor = random.choice(((188, 196, 190), (206, 192, 172), (178, 188, 204))), (150, 110, 76)
    for at in range(-120, 120, canvas.step):
        canvas.box(at, -14, canvas.step + 0.2, 60, wall, 1.0)
        canvas.box(at, -14, canvas.step + 0.2, 1.4, (232, 228, 218), 1.0)
    for at in range(-120, 120, 6):
        for row in range(6):
            canvas.box(at + (row % 2) * 2, -62 + row * 8, 5.9, 7.9, _vary(random, floor), 1.0)
    canvas.box(-55, -12.6, 16, 28, (232, 228, 218), 1.0)
    things.window(canvas, -34, -1, 14, 14, 1.0, lit=False)
    view = canvas.daylight.sky(14)
    canvas.box(-33.8, -0.8, 6.7, 6.7, view, 1.0, lit=True)
    canvas.box(-26.7, -0.8, 6.6, 6.7, view, 1.0, lit=True)
    canvas.box(-33.8, 6.2, 6.7, 6.6, view, 1.0, lit=True)
    canvas.box(-26.7, 6.2, 6.6, 6.6, view, 1.0, lit=True)
    canvas.box(-8, -14, 16, 29, (236, 232, 222), 1.0)
    canvas.box(-7, -14, 14, 28, (122, 82, 58), 1.0)
    for x, y in ((-5.4, -11), (0.7, -11), (-5.4, 0.5), (0.7, 0.5)):
        canvas.box(x, y, 4.7, 9.5, (104, 68, 48), 1.0)
    canvas.disc(5.4, -1.2, 0.5, (222, 188, 100), 1.0)
    _clock(canvas, 17.5, 7, time)
    canvas.box(28, 0, 14, 10, (84, 64, 48), 1.0)
    canvas.box(28.8, 0.8, 12.4, 8.4, (206, 218, 222), 1.0)
    canvas.shape([(28.8, 0.8), (34, 6.5), (37, 3.6), (38.6, 5), (41.2, 0.8)], (120, 148, 136), 1.0)
    canvas.box(44, -14, 16, 12, (126, 92, 62), 1.05)
    canvas.box(43.4, -2.4, 17.2, 1, (146, 108, 74), 1.05)
    canvas.shape([(-16, -22), (16, -22), (24, -34), (-24, -34)], (150, 58, 62), 1.08)
    canvas.shape([(-13.5, -23.2), (13.5, -23.2), (19.6, -32.6), (-19.6, -32.6)], (188, 92, 84), 1.08)
    canvas.shape([(14.6, -19), (21.4, -19), (20.2, -25), (15.8, -25)], (196, 116, 84), 1.1)
    for leaf in range(9):
        lean = (leaf - 4) * 1.6 + 0.3 * math.sin(time * 0.7 + leaf)
        canvas.line([(18, -19), (18 + lean * 0.5, -12 + abs(leaf - 4) * 0.3), (18 + lean, -9 - abs(leaf - 4) * 0.7)],
                    0.9, _vary(random, (66, 126, 74)), 1.1)  # fmt: skip
    if canvas.lamp.on:
        canvas.glow(0, 20, 34, WARM, 0.4, 1.0)
    swing = 0.7 * math.sin(time * 1.4)
    canvas.line([(0, 30), (swing, 19)], 0.2, things.DARK, 1.0)
    canvas.shape([(swing - 3.4, 16), (swing + 3.4, 16), (swing + 1.4, 19.4), (swing - 1.4, 19.4)],
                 (252, 238, 200) if canvas.lamp.on else (196, 184, 158), 1.0, lit=canvas.lamp.on)  # fmt: skip
    if visit is not None:
        _cat_walks(canvas, visit, time, -21, random.choice(FUR))


def harbour(canvas: Canvas, camera_id: int, time: float, visit: Visit | None) -> None:
    """A pier with boats."""
    random = _random(camera_id)
    things.heavens(canvas, random, time)
    things.hills(canvas, (110, 132, 152), 5, 19, random.uniform(0, 6), 0.66)
    sea = canvas.daylight.sky(6)
    for row in range(12):
        down = -1.5 - row * 2.6
        water = mix(mix((40, 98, 122), sea, 0.55 - row * 0.04), (8, 16, 34), canvas.daylight.night * 0.45)
        for left in range(-120, 120, canvas.step):
            lit = canvas.shade((60, 96, 112), left) if canvas.lamp.on else water
            shown = tuple(max(pair) for pair in zip(water, lit, strict=True))
            canvas.box(left, down - 2.7, canvas.step + 0.2, 2.8, shown, 0.9, lit=True)
        for _ in range(12):
            at = (random.uniform(-90, 90) + time * (0.5 + row * 0.06)) % 180 - 90
            foam = mix(water, canvas.shade((240, 246, 250), at, near=False), 0.35)
            canvas.line([(at, down - 1), (at + 1.2 + row * 0.25, down - 1.1)], 0.1 + row * 0.012, foam, 0.9, lit=True)
    for place in (-58, -24, 37, 62):
        things.boat(
            canvas, place, -4.5 - random.uniform(0, 1.6), time, random.choice(PAINT), random.uniform(0.7, 1.0), 0.9
        )
    if visit is not None:
        way, part = (1 if visit.rightwards else -1), visit.part(time) or 0.0
        things.boat(canvas, way * (-52 + 104 * part), -8, time, (206, 92, 48), 1.25, 0.96)
    for at in range(-100, 101, 25):
        canvas.box(at, -22, 1.3, 9.4, (86, 66, 50), 1.1)
        canvas.disc(at + 0.65, -12.6, 0.95, (120, 96, 74), 1.1, high=0.4)
    for plank in range(-110, 110, 4):
        canvas.box(plank, -40, 3.8, 23.6, _vary(random, (138, 110, 84)), 1.1)
    for left in range(-110, 110, canvas.step):
        canvas.box(left, -17.2, canvas.step + 0.2, 0.7, (104, 82, 62), 1.1)
    things.lantern(canvas, 14, -16.5, time, 1.12)
    for bird in range(3):
        at = (time * (2 + bird) + bird * 47 + camera_id % 60) % 150 - 75
        flap = 0.7 * math.sin(time * 7 + bird)
        canvas.line([(at - 1, 12 + bird * 3 + flap), (at, 12 + bird * 3), (at + 1, 12 + bird * 3 + flap)], 0.16,
                    (235, 238, 240), 0.8, near=False)  # fmt: skip


SCENES: Mapping[str, Scene] = {"garden": garden, "street": street, "hall": hall, "harbour": harbour}
LAMPS = {"garden": Lamp(12, on=True), "street": Lamp(14, on=True), "hall": Lamp(0, on=True, reach=55),
         "harbour": Lamp(11, on=True)}  # fmt: skip


def scene_for(camera_id: int, chosen: object) -> str:
    """The scene that a camera's settings name, or one that stays the same for it."""
    if isinstance(chosen, str) and chosen in SCENES:
        return chosen
    return tuple(SCENES)[camera_id % len(SCENES)]


def _random(seed: int) -> Random:
    return Random(seed)  # noqa: S311 (nothing secret)


def _vary(random: Random, colour: RGB) -> RGB:
    tone = random.uniform(0.9, 1.1)
    return tuple(min(255, round(part * tone)) for part in colour)


def _cat_walks(canvas: Canvas, visit: Visit, time: float, foot: float, fur: RGB) -> None:
    way = 1 if visit.rightwards else -1
    at = way * (-42 + 84 * (visit.part(time) or 0.0))
    things.cat(canvas, at, foot, time, walks=way, colour=fur, depth=1.1)


def _clock(canvas: Canvas, azimuth: float, elevation: float, time: float) -> None:
    """A clock on the wall that tells the time."""
    canvas.disc(azimuth, elevation, 4.3, (74, 58, 46))
    canvas.disc(azimuth, elevation, 3.8, (246, 242, 232))
    for turns, length, wide in ((time / 43_200, 2.0, 0.36), (time / 3600, 3.0, 0.26), (time // 1 / 60, 3.2, 0.1)):
        angle = turns * 2 * math.pi
        tip = (azimuth + length * math.sin(angle), elevation + length * math.cos(angle))
        canvas.line([(azimuth, elevation), tip], wide, (48, 46, 52))
