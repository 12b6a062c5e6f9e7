"""What a token is limited to beyond its scopes: `authorization_details` (RFC 9396) of the type `camera_access`.

    [{"type": "camera_access", "actions": ["liveview"], "cameras": ["01kZq8WnTd0"]}]

A limit only takes away. So what can't be read here allows nothing, rather than being passed over.
"""

from collections.abc import Mapping
from dataclasses import dataclass

TYPE = "camera_access"
_MEMBERS = {"type", "actions", "cameras"}

Details = tuple[Mapping[str, object], ...]


@dataclass(frozen=True, slots=True)
class CameraAccess:
    """Rights on cameras. `actions` None: whatever the scopes have; `cameras` (ids as the Graph API gives them) None:
    all, also those that are added later."""

    actions: frozenset[str] | None
    cameras: frozenset[str] | None

    def covers(self, right: str, camera_id: str) -> bool:
        """Whether this allows `right` on the camera; the scopes have to as well."""
        return (self.actions is None or right in self.actions) and (self.cameras is None or camera_id in self.cameras)


def read_details(value: object) -> Details:
    """The objects of `authorization_details` as they came. Raises ValueError for what is no array of typed objects
    (RFC 9396 §2)."""
    if not isinstance(value, list):
        raise ValueError("authorization_details is no array")
    for one in value:
        if not isinstance(one, dict) or not isinstance(one.get("type"), str):
            raise ValueError("authorization_details has something that is no object with a type")
    return tuple(value)


def read_limits(details: Details) -> tuple[CameraAccess, ...]:
    """Those of the details that are `camera_access` and say nothing that is unknown here: one with a member from the
    future may mean less than it seems to, and so allows nothing."""
    return tuple(limit for one in details if one["type"] == TYPE and (limit := _camera_access(one)) is not None)


def _camera_access(one: Mapping[str, object]) -> CameraAccess | None:
    if not one.keys() <= _MEMBERS:
        return None
    try:
        return CameraAccess(_texts(one, "actions"), _texts(one, "cameras"))
    except ValueError:
        return None


def _texts(one: Mapping[str, object], name: str) -> frozenset[str] | None:
    """The strings of an array; None where it is left out, which means all."""
    if name not in one:
        return None
    value = one[name]
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise ValueError(f"{name} is no array of strings")
    return frozenset(value)
