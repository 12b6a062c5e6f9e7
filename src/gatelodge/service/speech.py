"""Sound that somebody sends to be heard at a camera: what it is and how long it lasts."""

import struct

from gatelodge.service.devices import Speech

MOST_BYTES = 40_000  # in base64 and beside its query it fits into one request
MOST_SECONDS = 15.0

TOO_LONG = f"The sound is too long: at most {MOST_BYTES} bytes and {MOST_SECONDS:.0f} seconds."
UNKNOWN = "The sound is neither WAV (PCM) nor Ogg Opus."

_OPUS_RATE = 48_000  # what an Ogg page of Opus counts its time in, whatever went in (RFC 7845 §4)
_CHUNK = struct.Struct("<4sI")
_FORMAT = struct.Struct("<HHIIH")
_PCM = 1
_LAST = struct.Struct("<4sBBq")


def read_speech(data: bytes) -> Speech | str:
    """The sound, or why it can't be played, as a sentence."""
    if len(data) > MOST_BYTES:
        return TOO_LONG
    media_type, seconds = ("audio/wav", _wav(data)) if data[:4] == b"RIFF" else ("audio/ogg", _opus(data))
    if seconds is None or not seconds > 0:
        return UNKNOWN
    return Speech(media_type, data, seconds) if seconds <= MOST_SECONDS else TOO_LONG


def _wav(data: bytes) -> float | None:
    """By its chunks: what one frame is, and how much of them came, whatever the header says that there is."""
    if data[8:12] != b"WAVE":
        return None
    at, frames_a_second, frame = 12, 0, 0
    while at + _CHUNK.size <= len(data):
        name, length = _CHUNK.unpack_from(data, at)
        at += _CHUNK.size
        if name == b"fmt " and at + _FORMAT.size <= len(data):
            form, _channels, frames_a_second, _bytes_a_second, frame = _FORMAT.unpack_from(data, at)
            if form != _PCM:
                return None
        elif name == b"data":
            known = frames_a_second and frame
            return float(min(length, len(data) - at) / frame / frames_a_second) if known else None
        at += length + length % 2
    return None


def _opus(data: bytes) -> float | None:
    """By the time that the last page ends at (RFC 3533 §6, RFC 7845 §4)."""
    last = data.rfind(b"OggS")
    if data[:4] != b"OggS" or b"OpusHead" not in data[:128] or len(data) < last + _LAST.size:
        return None
    ends_at: int = _LAST.unpack_from(data, last)[3]
    return ends_at / _OPUS_RATE
