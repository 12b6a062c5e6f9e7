"""The rights catalogue. It is data: what a right is called, how it is put to a person, how much it can do.

The default is the contract's ten. Scopes on the wire are the names of these rights.
"""

from dataclasses import dataclass
from enum import StrEnum


class Group(StrEnum):
    """The heading under which a right stands when a person is asked for it, in the order of asking."""

    SEE = "See"
    TALK = "Hear and speak"
    CONTROL = "Move and light"
    RECORDINGS = "Recordings"
    EVENTS = "Events"
    CHANGE = "Change"
    YOU = "About you"


@dataclass(frozen=True, slots=True)
class Right:
    """One right. `plain` completes “… wants to”; `risk` says why it deserves a second look, empty where it doesn't."""

    name: str
    group: Group
    label: str
    plain: str
    risk: str = ""


CATALOGUE: tuple[Right, ...] = (
    Right("read", Group.SEE, "Names and settings", "see your cameras' names and settings"),
    Right("liveview", Group.SEE, "Live view", "watch your cameras live"),
    Right(
        "audiotransmit",
        Group.TALK,
        "Speak",
        "speak through your cameras",
        risk="Whoever has this can be heard inside your home.",
    ),
    Right(
        "liveview_audioclip",
        Group.TALK,
        "Play sounds",
        "play sounds on your cameras",
        risk="Whoever has this can be heard inside your home.",
    ),
    Right("liveview_ptz", Group.CONTROL, "Move", "turn your cameras and zoom"),
    Right("liveview_light", Group.CONTROL, "Light", "switch your cameras' lights on and off"),
    Right("recordings", Group.RECORDINGS, "Watch recordings", "watch and download recordings"),
    Right(
        "recordings_delete",
        Group.RECORDINGS,
        "Delete recordings",
        "delete recordings",
        risk="A deleted recording can't be brought back.",
    ),
    Right("events", Group.EVENTS, "Events", "see what your cameras noticed, such as motion"),
    Right("write", Group.CHANGE, "Change settings", "rename your cameras and change their settings"),
)

# What an application can be told of the user themselves (OpenID Connect): no rights on anything, but asked for beside
# them and in the same manner.
ABOUT_YOU: tuple[Right, ...] = (
    Right("openid", Group.YOU, "Sign-in", "know that it is you whenever you sign in"),
    Right("profile", Group.YOU, "Your name", "see your name"),
    Right("email", Group.YOU, "Your e-mail address", "see your e-mail address"),
    Right("offline_access", Group.YOU, "Stay connected", "stay connected when you are not there"),
)

ALL_RIGHTS: frozenset[str] = frozenset(right.name for right in CATALOGUE)
HIGH_RISK: frozenset[str] = frozenset(right.name for right in CATALOGUE if right.risk)


def in_order(names: frozenset[str]) -> tuple[Right, ...]:
    """The rights of these names, and what is told of the user, in the order in which people are shown them."""
    return tuple(right for right in (*CATALOGUE, *ABOUT_YOU) if right.name in names)
