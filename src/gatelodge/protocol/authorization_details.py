"""Rich authorization requests (RFC 9396): access that is narrower than a scope, of the one type `camera_access`.

    [{"type": "camera_access", "actions": ["liveview"], "cameras": ["01kZq8WnTd0"]}]

`actions` are names of rights; left out, all that the scope has. `cameras` are ids as the Graph API gives them; left
out, all, also those that are added later. What any one object allows is allowed, within the scope.
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache

from gatelodge.protocol.credentials import parse_public_id, public_id
from gatelodge.protocol.errors import InvalidAuthorizationDetails
from gatelodge.protocol.scope import Scope

TYPE = "camera_access"
MAX_OBJECTS = 20
MAX_CAMERAS = 1000  # in one object; more can be asked for as all
MEMBERS = frozenset({"type", "actions", "cameras"})
REMEMBER = 4096  # stored texts that stay read: a grant's is looked at with every call


@dataclass(frozen=True, slots=True)
class CameraAccess:
    """One object of the type. `actions` None: all that the scope has; `cameras` None: all, also those of the future."""

    actions: Scope | None = None
    cameras: frozenset[int] | None = None


Details = tuple[CameraAccess, ...]


def read_details(text: str, known: Collection[str]) -> Details | InvalidAuthorizationDetails:
    """What an application asks for (RFC 9396 §2); `known` are the rights there are. An object that isn't exactly as
    its type says is refused and never guessed at (RFC 9396 §5). Whether a camera exists plays no part."""
    try:
        return _details(_load(text), known)
    except InvalidAuthorizationDetails as fault:
        return fault


def format_details(details: Iterable[CameraAccess]) -> str:
    """The one JSON text for `details`: as it is stored."""
    return json.dumps(as_members(details), separators=(",", ":"))


def as_members(details: Iterable[CameraAccess]) -> list[dict[str, object]]:
    """The objects as they go on the wire (RFC 9396 §7, §9), in an order that depends on nothing but what they say."""
    objects = [_members(one) for one in set(details)]
    return sorted(objects, key=lambda one: json.dumps(one, sort_keys=True))


@lru_cache(REMEMBER)
def stored_details(text: str) -> Details:
    """What a stored text says. One that this version can't read allows nothing."""
    try:
        return _details(_load(text), None)
    except InvalidAuthorizationDetails:
        return ()


@lru_cache(REMEMBER)
def stored_members(text: str) -> list[dict[str, object]]:
    """The same, as it goes on the wire; not to be changed, for it is kept."""
    return as_members(stored_details(text))


def repeats(text: str, stored: str | None) -> bool:
    """Whether `text`, which a client sent, says just what is stored."""
    try:
        return stored is not None and format_details(_details(_load(text), None)) == stored
    except InvalidAuthorizationDetails:
        return False


def combine(scope: Scope, details: Details) -> Scope | InvalidAuthorizationDetails:
    """The scope that is asked for where both came (RFC 9396 §3.1): each names rights, and only what both allow is
    granted. So an action outside the scope would be asked for in vain, which its application should hear of; and a
    right of the scope that no object has is on no camera, so nobody is asked for it. Without a scope, the actions
    are it."""
    named = frozenset[str]().union(*(one.actions or () for one in details))
    if scope and not named <= scope:
        return InvalidAuthorizationDetails("actions has a right that scope leaves out")
    return scope if any(one.actions is None for one in details) else named


def _load(text: str) -> object:
    try:
        return json.loads(text, object_pairs_hook=_without_repetition, parse_constant=_no_json)
    except (ValueError, RecursionError):
        raise InvalidAuthorizationDetails("authorization_details is not JSON, or is nested too deeply") from None


def _details(objects: object, known: Collection[str] | None) -> Details:
    if not isinstance(objects, list):
        raise InvalidAuthorizationDetails("authorization_details must be a JSON array")
    if not objects:
        raise InvalidAuthorizationDetails("authorization_details is empty")
    if known is not None and len(objects) > MAX_OBJECTS:
        raise InvalidAuthorizationDetails(f"authorization_details has more than {MAX_OBJECTS} objects")
    return tuple(dict.fromkeys(_camera_access(one, known) for one in objects))


def _camera_access(one: object, known: Collection[str] | None) -> CameraAccess:
    if not isinstance(one, dict) or not isinstance(one.get("type"), str):
        raise InvalidAuthorizationDetails("each of authorization_details must be an object with a type")
    if one["type"] != TYPE:
        raise InvalidAuthorizationDetails(f"the only type of authorization_details here is {TYPE}")
    if not one.keys() <= MEMBERS:
        raise InvalidAuthorizationDetails(f"an object of type {TYPE} has no members but type, actions and cameras")
    actions = _texts(one, "actions")
    cameras = _texts(one, "cameras")
    if actions is not None and known is not None and not actions <= set(known):
        raise InvalidAuthorizationDetails("actions names a right that does not exist here")
    if cameras is None:
        return CameraAccess(actions)
    if known is not None and len(cameras) > MAX_CAMERAS:
        raise InvalidAuthorizationDetails(f"cameras has more than {MAX_CAMERAS} ids; leave it out to ask for all")
    ids = [parse_public_id(camera) for camera in cameras]
    if None in ids:
        raise InvalidAuthorizationDetails("cameras has something that is no camera's id")
    return CameraAccess(actions, frozenset(number for number in ids if number is not None))


def _texts(one: dict[str, object], name: str) -> frozenset[str] | None:
    """The strings of a member that is an array of them; None where it is left out, which is all."""
    if name not in one:
        return None
    value = one[name]
    if not isinstance(value, list) or not value or not all(isinstance(text, str) for text in value):
        raise InvalidAuthorizationDetails("actions and cameras must be arrays of strings; leave one out for all")
    return frozenset(value)


def _members(one: CameraAccess) -> dict[str, object]:
    members: dict[str, object] = {"type": TYPE}
    if one.actions is not None:
        members["actions"] = sorted(one.actions)
    if one.cameras is not None:
        members["cameras"] = sorted(map(public_id, one.cameras))
    return members


def _without_repetition(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A JSON object whose names are there once: of two, readers differ on which one counts (RFC 8259 §4)."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise InvalidAuthorizationDetails("authorization_details has an object with the same member twice")
    return members


def _no_json(_name: str) -> object:
    raise InvalidAuthorizationDetails("authorization_details is not JSON")
