"""Page models of an application's settings: what it has told or chosen beyond its name and its addresses."""

from dataclasses import dataclass
from typing import ClassVar

TEXT, NUMBER, AREA, TICK, SELECT, RADIO = "text", "number", "area", "tick", "select", "radio"


@dataclass(frozen=True, slots=True)
class SettingOption:
    """One of several to choose from."""

    value: str
    label: str
    means: str = ""
    more: tuple["SettingField", ...] = ()  # what it takes; counts only while it is chosen


@dataclass(frozen=True, slots=True)
class SettingField:
    """One field of a form, with the sentence that helps and what is wrong with it."""

    name: str  # as ClientSettings has it
    kind: str  # TEXT, NUMBER, …
    label: str
    hint: str = ""
    value: str = ""  # TICK: "yes" or ""
    options: tuple[SettingOption, ...] = ()
    code: bool = False  # what is typed is for machines: no spelling, and letters of one width
    demanded: str = ""  # why it is so in any case; the field can't be changed then
    fault: str = ""


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """One group of an application's settings, to change."""

    template: ClassVar[str] = "settings.html"
    action: str
    cancel_url: str
    application: str
    title: str
    lead: str  # what this group is about, in a sentence or two
    fields: tuple[SettingField, ...]
    fault: str = ""  # of the whole, or of a field that is not on this page
    refused: bool = False


@dataclass(frozen=True, slots=True)
class SettingsRow:
    """One group of settings as the application's page sums it up."""

    name: str  # for ids and addresses
    title: str
    summary: tuple[str, ...]  # sentences
    url: str  # where it is changed; "" where it can't be
