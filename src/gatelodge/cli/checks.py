"""What gatelodge doctor looks at: one function a check, each says what it found and what to do about it."""

import os
import shutil
import stat
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path

from gatelodge.identity.provider import Provider, is_local

OLDEST_PYTHON = (3, 11)
LITTLE_SPACE = 1 << 30  # bytes
TOO_LITTLE_SPACE = 100 << 20
GIB = 1 << 30


class Status(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found, and what to do where something is to be done."""

    check: str
    status: Status
    finding: str
    remedy: str = ""


def check_python(version: tuple[int, ...] = sys.version_info[:3]) -> Finding:
    """Whether this Python is one that Gatelodge is made for."""
    found = f"Python is {'.'.join(map(str, version))}."
    if version >= OLDEST_PYTHON:
        return Finding("python", Status.OK, found)
    return Finding("python", Status.FAILED, found, f"Use Python {'.'.join(map(str, OLDEST_PYTHON))} or newer.")


def check_folder(path: Path) -> Finding:
    """Whether the data folder is there, ours to write and nobody else's to look into."""
    name = "data folder"
    try:
        mode = path.stat().st_mode
    except OSError as error:
        remedy = "GATELODGE_DATA_DIR names the folder; gatelodge migrate makes it."
        return Finding(name, Status.FAILED, f"{path} can't be used: {error.strerror}.", remedy)
    if not stat.S_ISDIR(mode):
        return Finding(name, Status.FAILED, f"{path} is no folder.", "Name another one with GATELODGE_DATA_DIR.")
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        remedy = f"Give it to the user that serves (chown), with chmod 700 {path}"
        return Finding(name, Status.FAILED, f"{path} can't be written to.", remedy)
    if mode & 0o077:
        return Finding(name, Status.WARNING, _open_to_others(path, mode), f"chmod 700 {path}")
    return Finding(name, Status.OK, f"{path} is there and private.")


def check_key(path: Path) -> Finding:
    """Whether the key file is there, ours to read and nobody else's."""
    name = "master key"
    try:
        mode = path.stat().st_mode
    except OSError as error:
        remedy = "Restore it from a backup. On a new installation gatelodge key list makes it."
        return Finding(name, Status.FAILED, f"{path} can't be used: {error.strerror}.", remedy)
    if not os.access(path, os.R_OK):
        remedy = f"Give it to the user that serves (chown), with chmod 600 {path}"
        return Finding(name, Status.FAILED, f"{path} can't be read.", remedy)
    if mode & 0o077:
        remedy = f"chmod 600 {path}, and if somebody may have read it: gatelodge key rotate"
        return Finding(name, Status.FAILED, _open_to_others(path, mode), remedy)
    return Finding(name, Status.OK, f"{path} is there and private.")


def check_space(place: Path) -> Finding:
    """Whether there is room for the database to grow."""
    while not place.is_dir() and place != place.parent:
        place = place.parent
    return judge_space(shutil.disk_usage(place).free)


def judge_space(free: int) -> Finding:
    """Whether `free` bytes are enough."""
    found = f"{free / GIB:.1f} GiB are free where the database is."
    if free >= LITTLE_SPACE:
        return Finding("space", Status.OK, found)
    status = Status.WARNING if free >= TOO_LITTLE_SPACE else Status.FAILED
    return Finding("space", status, found, "Make room: without it nothing can be granted or revoked.")


def check_providers(providers: Sequence[Provider]) -> Iterator[Finding]:
    """Whether there are providers, and whether what is sent to each is safe on its way."""
    if not providers:
        remedy = "Make one with gatelodge provider create."
        yield Finding("providers", Status.FAILED, "There is no provider.", remedy)
    for one in providers:
        if one.secure or is_local(one.host):
            yield Finding("providers", Status.OK, f"{one.name} is at {one.origin}.")
        else:
            found = f"{one.name} is at {one.origin}: passwords and tokens can be read on their way."
            yield Finding("providers", Status.FAILED, found, "Give it an https origin, behind a proxy that has one.")


def check_proxies(providers: Sequence[Provider], host: str, trusted: str) -> Iterator[Finding]:
    """Whether the addresses of those who ask are known: a proxy, which every https origin needs, hides them.

    `host` is where we listen, `trusted` the setting trusted_proxies."""
    secure = [one for one in providers if one.secure]
    if secure and not trusted:
        found = (
            f"{secure[0].origin} needs a proxy that speaks https, and none is trusted: to the limit on sign-ins "
            "everybody comes from the proxy's address."
        )
        example = ", such as 127.0.0.1" if _loopback(host) else ""
        remedy = f"Set GATELODGE_TRUSTED_PROXIES to the proxy's address{example}."
        yield Finding("proxies", Status.WARNING, found, remedy)
    elif "*" in trusted and not _loopback(host):
        found = f"Everybody who can reach {host} is believed to be a proxy, and can claim to come from any address."
        yield Finding("proxies", Status.WARNING, found, "Set GATELODGE_TRUSTED_PROXIES to the proxies' addresses.")
    else:
        yield Finding("proxies", Status.OK, f"Trusted: {trusted}." if trusted else "None is needed.")


def _open_to_others(path: Path, mode: int) -> str:
    return f"{path} is open to other users of this computer (mode {stat.S_IMODE(mode):04o})."


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return is_local(host)
