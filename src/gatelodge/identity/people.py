"""Accounts, the users who belong to them, and what may stand in a name or an e-mail address."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

MAX_NAME = 80
MAX_TEXT = 500
MAX_EMAIL = 254  # RFC 5321 §4.5.3.1.3, less the angle brackets
MIN_PASSWORD = 10
MAX_PASSWORD = 256

_EMAIL = re.compile(r"[^\s@<>\"(),:;\\\[\]]{1,64}@[^\s@<>\"(),:;\\\[\]]{1,190}")


class Role(StrEnum):
    """How a user belongs to an account."""

    OWNER = "owner"
    GUEST = "guest"


class Access(StrEnum):
    """How much of an account a user sees: all of it, or what was granted piece by piece."""

    FULL = "full"
    PARTIAL = "partial"


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who signs in, at exactly one provider."""

    id: int
    provider_id: int
    email: str
    name: str
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """One customer's system: what owns resources."""

    id: int
    provider_id: int
    name: str

    @property
    def of_nobody(self) -> bool:
        """Whether it is the one that applications belong to which belong to nobody (service/nobody.py)."""
        return self.id == self.provider_id


@dataclass(frozen=True, slots=True)
class Membership:
    """What a user is in one account."""

    account: Account
    role: Role
    access: Access


def account_for_applications(memberships: Iterable[Membership]) -> Account | None:
    """The account that an application made by this user belongs to: only full access may make one (contract); an
    account of one's own comes before one where one is a guest."""
    full = [membership for membership in memberships if membership.access is Access.FULL]
    return min(full, key=lambda m: (m.role is not Role.OWNER, m.account.id)).account if full else None


def normal_email(text: str) -> str | None:
    """An e-mail address in the one spelling that is stored: trimmed, NFC, lower case; None if it is none."""
    # Composed once more after lowering: some letters are one character when small and two as a capital (J̌, H̱).
    email = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text.strip()).lower())
    return email if len(email) <= MAX_EMAIL and _EMAIL.fullmatch(email) and printable(email) else None


_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and a symbol that show nothing


def printable(text: str) -> bool:
    """Whether `text` holds no control characters, no direction overrides, no unpaired surrogates and nothing that looks
    like nothing, with which a name could pretend to be another."""
    return _BLANK.isdisjoint(text) and all(
        unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp") for character in text
    )


def name_fault(name: str, *, what: str = "name") -> str | None:
    """Why `name` can't be one, as a sentence for its field."""
    if not name.strip():
        return f"Enter a {what}."
    if len(name) > MAX_NAME:
        return f"Use at most {MAX_NAME} characters."
    return None if printable(name) else f"This {what} has a character that can't be shown."


def password_fault(password: str) -> str | None:
    """Why `password` is refused when it is set."""
    if len(password) < MIN_PASSWORD:
        return f"Use at least {MIN_PASSWORD} characters."
    return f"Use at most {MAX_PASSWORD} characters." if len(password) > MAX_PASSWORD else None
