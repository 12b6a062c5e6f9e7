"""What a person chose in one group of an application's settings: the settings as they were, with that changed."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from gatelodge.portal.form import Form
from gatelodge.portal.settings_fields import CERTIFICATE, CERTIFICATE_NAMES, KEYS
from gatelodge.portal.settings_models import AREA, NUMBER, RADIO, SELECT, TICK, SettingField
from gatelodge.protocol.client_settings import DEFAULT, PUBLIC, ClientSettings

NOT_A_NUMBER = "Enter a whole number of seconds, or nothing."
NOT_A_CHOICE = "Choose one of these."
MOST_SECONDS = 10 * 365 * 86_400

# What counts only with this way to prove who it is.
ONLY_WITH = {
    "token_endpoint_auth_signing_alg": KEYS,
    **{name: CERTIFICATE for name, _, _ in CERTIFICATE_NAMES},
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a form asks for. Where `faults` are, `settings` has these fields as they were before."""

    settings: ClientSettings
    faults: dict[str, str] = field(default_factory=dict)


def chosen(form: Form, fields: Sequence[SettingField], before: ClientSettings) -> Chosen:
    """Read these fields. What a provider demands anyway, and what belongs to an option that was not taken, stays or
    goes back to its default: the page hides it, and may have kept it from earlier."""
    changes: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for one in fields:
        _read(form, one, changes, faults)
    method = changes.get("token_endpoint_auth_method")
    if method is not None:
        changes |= {name: getattr(DEFAULT, name) for name, needs in ONLY_WITH.items() if method != needs}
    if changes.get("subject_type") == PUBLIC:
        changes["sector_identifier_uri"] = ""
    return Chosen(replace(before, **changes), faults)


def _read(form: Form, one: SettingField, changes: dict[str, Any], faults: dict[str, str]) -> None:
    if one.demanded:
        return
    sent = form.get(one.name)
    if one.kind in (RADIO, SELECT) and sent not in [option.value for option in one.options]:
        faults[one.name] = NOT_A_CHOICE
    elif one.kind == NUMBER and not _is_number(sent.strip()):
        faults[one.name] = NOT_A_NUMBER
    else:
        changes[one.name] = _value(one, sent)
    for option in one.options:
        for inner in option.more:
            _read(form, inner, changes, faults)


def _is_number(text: str) -> bool:
    return text == "" or (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= MOST_SECONDS)


def _value(one: SettingField, sent: str) -> Any:
    if one.kind == TICK:
        return sent == "yes"
    if one.kind == NUMBER:
        return int(sent) if sent.strip() else None
    if one.kind == AREA and isinstance(getattr(DEFAULT, one.name), tuple):
        return tuple(dict.fromkeys(line.strip() for line in sent.split("\n") if line.strip()))
    return sent.strip()
