"""One picture of a virtual camera, from what it depends on to a JPEG."""

import io
import math
from datetime import UTC, datetime
from functools import lru_cache

from PIL import Image, ImageChops, ImageDraw, ImageFont

from gatelodge.drivers.virtual.canvas import HEIGHT, WIDTH, Canvas
from gatelodge.drivers.virtual.daylight import daylight_at
from gatelodge.drivers.virtual.scenes import LAMPS, SCENES, scene_for
from gatelodge.drivers.virtual.schedule import visit_at
from gatelodge.drivers.virtual.state import live, turn_of
from gatelodge.service.devices import Camera, Live

MARGIN = 14  # pixels
BADGE = 17  # pixels: half a badge's width


def jpeg(camera: Camera, time: float) -> bytes:
    """What the camera sees at a time (UTC epoch seconds)."""
    standing = live(camera.state, time)
    scene = scene_for(camera.id, camera.options.get("scene"))
    lamp = LAMPS[scene]
    if not standing.light:
        lamp = type(lamp)(lamp.azimuth, on=False, reach=lamp.reach)
    canvas = Canvas(turn_of(camera.state).at(time), daylight_at(time), lamp)
    SCENES[scene](canvas, camera.id, time, visit_at(camera.id, time))
    picture = ImageChops.multiply(canvas.finished(), _vignette())
    if camera.settings.overlay:
        _write(picture, camera.name, time)
    _badges(picture, standing, time)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=camera.settings.quality)
    return out.getvalue()


@lru_cache(1)
def _vignette() -> Image.Image:
    """Darker towards the corners, as a small lens is."""
    dark = Image.radial_gradient("L").point([round(255 - max(0, value - 120) * 0.42) for value in range(256)])
    return Image.merge("RGB", [dark.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)] * 3)


@lru_cache(4)
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _write(picture: Image.Image, name: str, time: float) -> None:
    draw = ImageDraw.Draw(picture)
    clock = datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%d  %H:%M:%S UTC")
    for anchor, x, text, size in (("la", MARGIN, name, 20), ("ra", WIDTH - MARGIN, clock, 16)):
        draw.text(
            (x, MARGIN), text, font=_font(size), anchor=anchor, fill=(255, 255, 255), stroke_width=2,
            stroke_fill=(16, 18, 24),
        )  # fmt: skip


def _badges(picture: Image.Image, standing: Live, time: float) -> None:
    """Signs in the lower right corner for what the camera does besides looking."""
    draw = ImageDraw.Draw(picture)
    x, y = WIDTH - MARGIN - BADGE, HEIGHT - MARGIN - BADGE
    beat = 0.5 + 0.5 * math.sin(time * 6)
    for shown, sign in ((standing.light, _bulb), (standing.playing, _speaker), (standing.speaking, _microphone)):
        if shown:
            draw.ellipse((x - BADGE, y - BADGE, x + BADGE, y + BADGE), fill=(20, 22, 30), outline=(255, 255, 255))
            sign(draw, x, y, beat)
            x -= 2 * BADGE + 8


def _bulb(draw: ImageDraw.ImageDraw, x: float, y: float, _beat: float) -> None:
    draw.ellipse((x - 6, y - 9, x + 6, y + 3), fill=(255, 222, 130))
    draw.rectangle((x - 3, y + 3, x + 3, y + 8), fill=(200, 200, 206))


def _speaker(draw: ImageDraw.ImageDraw, x: float, y: float, beat: float) -> None:
    draw.polygon([(x - 9, y - 3), (x - 5, y - 3), (x, y - 8), (x, y + 8), (x - 5, y + 3), (x - 9, y + 3)],
                 fill=(255, 255, 255))  # fmt: skip
    for ring in (4, 8):
        if beat * 9 > ring - 4:
            draw.arc((x - ring, y - ring, x + ring, y + ring), -50, 50, fill=(130, 210, 255), width=2)


def _microphone(draw: ImageDraw.ImageDraw, x: float, y: float, beat: float) -> None:
    draw.rounded_rectangle((x - 4, y - 10, x + 4, y + 3), 4, fill=(255, round(90 + 120 * beat), 96))
    draw.arc((x - 8, y - 7, x + 8, y + 7), 0, 180, fill=(255, 255, 255), width=2)
    draw.line((x, y + 7, x, y + 11), fill=(255, 255, 255), width=2)
