"""The name that an application gives itself where nobody here answers for it: it may be anything but misleading about
what it shows, or about whose it is."""

import re
import unicodedata

from gatelodge.identity.people import name_fault

MANY_MARKS = re.compile("[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{3}")

# Letters of other scripts, and digits, that look like Latin ones (Unicode TR39 has them all; these make names).
_CAPITALS = str.maketrans("АВЕКМНОРСТУХІЈЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEKMHOPCTYXIJSABEZHIKMNOPTYX")  # noqa: RUF001 (they look alike: that is the point)
_LIKE_LATIN = str.maketrans(
    {
        **dict(zip("аевкмнорстухіјѕԁԛԝһӏ", "aebkmhopctyxijsdqwhl", strict=True)),
        **dict(zip("αβεηικνορτυχωγ", "abenikvoptuxwy", strict=True)),
        **dict(zip("0135", "oles", strict=True)),
    }
)


def self_given_name(given: str, fallback: str) -> str:
    """The name in the one spelling that is shown: compatibility forms (bold, full-width) and blanks made plain.
    `fallback` where it gave none."""
    return " ".join(unicodedata.normalize("NFKC", given).split()) or fallback


def self_given_fault(name: str, provider_name: str) -> str | None:
    """Why `name`, spelled as `self_given_name` does, can't be one: it shows nothing, hides something, or passes itself
    off as the provider."""
    if fault := name_fault(name):
        return fault
    if MANY_MARKS.search(name):
        return "This name has a character that can't be shown."
    if imitates(name, provider_name):
        return "This name may not have the provider's in it."
    return None


def imitates(name: str, of: str) -> bool:
    """Whether somebody could take `name` for one of `of`'s own: its words are in it, or, whatever stands between the
    letters, all of its letters make it."""
    words, theirs = _words(name), _words(of)
    if not theirs:
        return False
    as_words = any(words[at : at + len(theirs)] == theirs for at in range(len(words)))
    return as_words or "".join(words) == "".join(theirs)


def _words(text: str) -> list[str]:
    """The words of a text as they look: without accents, in one case, letters that look like Latin ones as those."""
    plain = unicodedata.normalize("NFKD", text.translate(_CAPITALS).casefold()).casefold()
    bare = "".join(one for one in plain if not unicodedata.combining(one)).translate(_LIKE_LATIN)
    return re.findall(r"\w+", bare)
