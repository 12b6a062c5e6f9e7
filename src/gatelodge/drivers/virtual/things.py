"""What stands and moves in the scenes. Angles in degrees; `time` in seconds moves what moves."""

import math
from random import Random

from gatelodge.drivers.virtual.canvas import WARM, Canvas
from gatelodge.drivers.virtual.daylight import RGB, mix

WOOD: RGB = (112, 78, 52)
DARK: RGB = (42, 44, 52)
GLASS: RGB = (92, 120, 142)
LIT_WINDOW: RGB = (255, 214, 140)


def heavens(canvas: Canvas, random: Random, time: float) -> None:
    """The sky, with stars or sun, moon and clouds."""
    canvas.sky()
    daylight = canvas.daylight
    if daylight.night > 0:
        for _ in range(70):
            azimuth, elevation, size = random.uniform(-75, 75), random.uniform(1, 34), random.uniform(0.04, 0.11)
            twinkle = 0.75 + 0.25 * math.sin(time * random.uniform(1, 3) + azimuth)
            bright = mix(daylight.sky(elevation), (235, 238, 255), daylight.night * twinkle)
            canvas.disc(azimuth, elevation, size, bright, 0.55, lit=True)
    sun, moon = daylight.body(sun=True), daylight.body(sun=False)
    if daylight.night < 1:
        canvas.glow(*sun, 16, (255, 236, 190), 0.75 * (1 - daylight.night), 0.55)
        canvas.disc(*sun, 1.9, (255, 246, 214), 0.55, lit=True)
    if daylight.night > 0.2:
        canvas.glow(*moon, 9, (200, 210, 240), 0.35 * daylight.night, 0.55)
        canvas.disc(*moon, 1.4, mix(daylight.sky(moon[1]), (236, 238, 246), daylight.night), 0.55, lit=True)
    for _ in range(6):
        drift = (random.uniform(-90, 90) + time * 0.12 + 90) % 180 - 90
        cloud(canvas, drift, random.uniform(11, 25), random.uniform(2.2, 4.5))


def cloud(canvas: Canvas, azimuth: float, elevation: float, size: float) -> None:
    """A cloud, paler than the sky behind it."""
    colour = mix(canvas.daylight.sky(elevation), canvas.shade((255, 255, 255), azimuth, near=False), 0.62)
    for across, up, part in ((-1.1, 0, 0.6), (-0.35, 0.28, 0.85), (0.5, 0.16, 0.75), (1.2, -0.02, 0.5)):
        canvas.disc(
            azimuth + across * size, elevation + up * size, part * size, colour, 0.6, high=part * size * 0.62, lit=True
        )


def hills(canvas: Canvas, colour: RGB, height: float, wave: float, phase: float, depth: float) -> None:
    """A range of hills, hazy where it is far."""
    colour = mix(canvas.shade(colour, 0, near=False), canvas.daylight.sky(0), 0.55 - 0.4 * (depth - 0.65) / 0.3)
    top = [
        (at, height * (0.6 + 0.4 * math.sin(at / wave + phase) + 0.18 * math.sin(at / wave * 2.7 + phase * 2)))
        for at in range(-100, 101, 4)
    ]
    canvas.shape([(-100, -8), *top, (100, -8)], colour, depth, lit=True)


def tree(canvas: Canvas, azimuth: float, foot: float, size: float, time: float, depth: float, colour: RGB) -> None:
    """A tree, whose crown sways."""
    sway = 0.16 * size / 8 * math.sin(time * 0.9 + azimuth)
    canvas.box(azimuth - size * 0.045, foot, size * 0.09, size * 0.5, WOOD, depth)
    for across, up, part, tone in (
        (-0.2, 0.52, 0.26, 0.82), (0.22, 0.55, 0.25, 0.9), (0.0, 0.78, 0.28, 1.0), (-0.08, 0.62, 0.3, 0.95),
        (0.07, 0.86, 0.17, 1.1),
    ):  # fmt: skip
        green = tuple(min(255, round(value * tone)) for value in colour)
        canvas.disc(azimuth + across * size + sway * (up + 0.3), foot + up * size, part * size, green, depth)


def window(canvas: Canvas, left: float, bottom: float, width: float, height: float, depth: float, lit: bool) -> None:
    """A window with its frame, lit in the evening."""
    canvas.box(left - 0.25, bottom - 0.25, width + 0.5, height + 0.5, (236, 232, 222), depth)
    night = canvas.daylight.night
    if lit and night > 0.15:
        canvas.box(left, bottom, width, height, mix(GLASS, LIT_WINDOW, night), depth, lit=True)
    else:
        canvas.box(left, bottom, width, height, GLASS, depth)
        sheen = [(left, bottom + height * 0.5), (left + width * 0.5, bottom + height), (left, bottom + height)]
        canvas.shape(sheen, mix(GLASS, (220, 236, 246), 0.4), depth)
    canvas.box(left + width / 2 - 0.09, bottom, 0.18, height, (236, 232, 222), depth)
    canvas.box(left, bottom + height / 2 - 0.09, width, 0.18, (236, 232, 222), depth)


def house(canvas: Canvas, azimuth: float, foot: float, wall: RGB, roof: RGB, time: float) -> None:
    """A house with a door, two windows and smoke from its chimney."""
    for puff in range(5):
        age = (time * 0.25 + puff / 5) % 1
        grey = mix(canvas.daylight.sky(14), canvas.shade((226, 226, 230), azimuth, near=False), 0.65 * (1 - age))
        canvas.disc(azimuth + 6.2 + age * 3.2, foot + 17.6 + age * 5, 0.5 + age * 1.2, grey, lit=True)
    canvas.box(azimuth + 5.4, foot + 12, 1.6, 5.2, (150, 92, 78))
    canvas.box(azimuth - 10, foot, 20, 9, wall)
    canvas.box(azimuth - 10, foot, 20, 0.8, mix(wall, DARK, 0.35))
    canvas.shape([(azimuth - 11.6, foot + 8.8), (azimuth + 11.6, foot + 8.8), (azimuth + 7, foot + 15.4),
                  (azimuth - 7, foot + 15.4)], roof)  # fmt: skip
    for row in range(1, 4):
        edge = 11.6 - row * 1.15
        canvas.line([(azimuth - edge, foot + 8.8 + row * 1.65), (azimuth + edge, foot + 8.8 + row * 1.65)], 0.14,
                    mix(roof, DARK, 0.3))  # fmt: skip
    canvas.box(azimuth - 1.9, foot, 3.8, 6.2, (236, 232, 222))
    canvas.box(azimuth - 1.5, foot, 3.0, 5.8, (62, 92, 88))
    canvas.disc(azimuth + 0.9, foot + 2.7, 0.2, (226, 190, 96))
    canvas.box(azimuth - 2.8, foot - 0.5, 5.6, 0.7, (170, 166, 158))
    window(canvas, azimuth - 8, foot + 2.6, 3.8, 3.8, 1.0, lit=True)
    window(canvas, azimuth + 4.2, foot + 2.6, 3.8, 3.8, 1.0, lit=math.sin(time / 700) > 0)


def lantern(canvas: Canvas, azimuth: float, foot: float, time: float, depth: float) -> None:
    """A lantern that swings from its post: what the camera's light is."""
    arm, top = azimuth - 3, foot + 15
    canvas.box(azimuth - 0.22, foot, 0.44, 15.4, DARK, depth)
    canvas.line([(azimuth, top), (arm, top)], 0.35, DARK, depth)
    swing = 0.16 * math.sin(time * 1.7) + 0.05 * math.sin(time * 0.6)
    x, y = arm + 2.4 * math.sin(swing), top - 2.4 * math.cos(swing)
    canvas.line([(arm, top), (x, y)], 0.12, DARK, depth)
    on = canvas.lamp.on
    if on:
        canvas.glow(x, y - 0.9, 19, WARM, 0.55, depth)
    glass: RGB = (255, 240, 200) if on else (150, 148, 140)
    canvas.shape([(x - 0.8, y - 1.8), (x + 0.8, y - 1.8), (x + 1.05, y), (x - 1.05, y)], glass, depth, lit=on)
    canvas.shape([(x - 1.3, y), (x + 1.3, y), (x, y + 0.9)], DARK, depth)
    canvas.box(x - 0.9, y - 2.05, 1.8, 0.3, DARK, depth)
    if on:
        canvas.glow(x, y - 0.9, 4.5, (255, 246, 220), 0.9, depth)


def cat(canvas: Canvas, azimuth: float, foot: float, time: float, *, walks: int, colour: RGB, depth: float) -> None:
    """A cat: it walks to the right (1) or to the left (-1), or it sits (0) and moves its tail."""
    way, tail = walks or 1, math.sin(time * (5 if walks else 1.6))
    if walks:
        for leg, phase in ((-1.1, 0.0), (-0.7, 2.2), (0.8, 3.6), (1.2, 1.2)):
            stride = 0.45 * math.sin(time * 8 + phase)
            canvas.line(
                [(azimuth + leg * way, foot + 1.2), (azimuth + (leg + stride) * way, foot)], 0.34, colour, depth
            )
        canvas.disc(azimuth, foot + 1.6, 1.7, colour, depth, high=0.8)
        head, spine = (azimuth + 1.9 * way, foot + 2.5), (azimuth - 1.5 * way, foot + 1.9)
        tip = (azimuth - 2.6 * way, foot + 3.6 + 0.3 * tail)
    else:
        canvas.disc(azimuth, foot + 1.2, 1.05, colour, depth, high=1.3)
        canvas.disc(azimuth + 0.15, foot + 0.5, 1.25, colour, depth, high=0.6)
        head, spine = (azimuth + 0.35, foot + 3.0), (azimuth - 1.0, foot + 0.4)
        tip = (azimuth - 2.3, foot + 0.9 + 0.7 * tail)
    canvas.line([spine, ((spine[0] + tip[0]) / 2 - 0.2 * way, (spine[1] + tip[1]) / 2), tip], 0.36, colour, depth)
    canvas.disc(*head, 0.85, colour, depth, high=0.75)
    for ear in (-0.5, 0.5):
        canvas.shape([(head[0] + ear - 0.3, head[1] + 0.45), (head[0] + ear + 0.3, head[1] + 0.45),
                      (head[0] + ear * 1.15, head[1] + 1.3)], colour, depth)  # fmt: skip
    eye: RGB = (214, 226, 120)
    for side in (-0.3, 0.3):
        canvas.disc(head[0] + side + 0.1 * way, head[1] + 0.1, 0.13, eye, depth, lit=canvas.lamp.on)


def car(canvas: Canvas, azimuth: float, foot: float, way: int, colour: RGB, depth: float) -> None:
    """A car that drives to the right (1) or to the left (-1)."""
    body = [(-6.5, 1), (6.5, 1), (6.3, 3.2), (3.8, 3.6), (2.2, 5.6), (-3.4, 5.6), (-5.2, 3.6), (-6.5, 3.2)]
    canvas.disc(azimuth, foot + 0.7, 6.8, (30, 30, 34), depth, high=0.6)
    canvas.shape([(azimuth + x * way, foot + y) for x, y in body], colour, depth)
    for pane in (
        [(-4.4, 3.7), (-0.7, 3.7), (-0.7, 5.2), (-3.1, 5.2)],
        [(-0.2, 3.7), (3.2, 3.7), (1.9, 5.2), (-0.2, 5.2)],
    ):
        canvas.shape([(azimuth + x * way, foot + y) for x, y in pane], GLASS, depth)
    for wheel in (-3.9, 3.9):
        canvas.disc(azimuth + wheel * way, foot + 1.1, 1.25, (26, 27, 30), depth)
        canvas.disc(azimuth + wheel * way, foot + 1.1, 0.6, (150, 152, 158), depth)
    dark = canvas.daylight.night > 0.2
    canvas.disc(azimuth + 6.2 * way, foot + 2.4, 0.45, (255, 244, 210), depth, lit=dark)
    canvas.disc(azimuth - 6.3 * way, foot + 2.5, 0.4, (206, 44, 40), depth, lit=dark)
    if dark:
        canvas.glow(azimuth + 9 * way, foot + 2.2, 7, (255, 240, 200), 0.5, depth)


def boat(canvas: Canvas, azimuth: float, line: float, time: float, colour: RGB, size: float, depth: float) -> None:
    """A sailing boat that rocks on the water."""
    roll, rise = 0.05 * math.sin(time * 1.1 + azimuth), 0.16 * math.sin(time * 0.8 + azimuth * 2)

    def turned(x: float, y: float) -> tuple[float, float]:
        x, y = x * size, y * size
        return azimuth + x * math.cos(roll) - y * math.sin(roll), line + rise + x * math.sin(roll) + y

    canvas.line([turned(0, 0.6), turned(0, 8.4)], 0.16 * size, (206, 196, 178), depth)
    canvas.shape([turned(0.2, 1.6), turned(3.4, 1.6), turned(0.2, 8.0)], (240, 238, 230), depth)
    canvas.shape([turned(-0.2, 1.8), turned(-2.3, 1.8), turned(-0.2, 6.8)], (226, 222, 212), depth)
    canvas.shape([turned(-3.4, 1), turned(3.8, 1), turned(2.8, -0.7), turned(-2.6, -0.7)], colour, depth)
    canvas.line([turned(-3.3, 0.75), turned(3.6, 0.75)], 0.2 * size, (244, 240, 232), depth)
    if canvas.daylight.night > 0.3:
        canvas.glow(*turned(0, 8.5), 1.6, (255, 230, 170), 0.9, depth)
        canvas.disc(*turned(0, 8.5), 0.18, (255, 246, 220), depth, lit=True)
