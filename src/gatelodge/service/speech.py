"""Sound that somebody sends to be heard at a camera: what it is and how long it lasts."""

import io
import struct
import wave

from gatelodge.service.devices import Speech

MOST_BYTES = 40_000  # in base64 and beside its query it fits into one request
MOST_SECONDS = 15.0

TOO_LONG = f"The sound is too long: at most {MOST_BYTES} bytes and {MOST_SECONDS:.0f} seconds."
UNKNOWN = "The sound is neither WAV (PCM) nor Ogg Opus."

_OPUS_RATE = 48_000  # what an Ogg page of Opus counts its time in, whatever went in (RFC 7845 §4)
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
    try:
        with wave.open(io.BytesIO(data)) as sound:
            # The header says how many frames there are; the sound itself, how many came.
            frame = sound.getnchannels() * sound.getsampwidth()
            return float(len(sound.readframes(sound.getnframes())) / frame / sound.getframerate())
    except (wave.Error, EOFError, ZeroDivisionError, struct.error):
        return None


def _opus(data: bytes) -> float | None:
    """By the time that the last page ends at (RFC 3533 §6, RFC 7845 §4)."""
    last = data.rfind(b"OggS")
    if data[:4] != b"OggS" or b"OpusHead" not in data[:128] or len(data) < last + _LAST.size:
        return None
    ends_at: int = _LAST.unpack_from(data, last)[3]
    return ends_at / _OPUS_RATE
