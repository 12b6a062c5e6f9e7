"""Page models: all that a template may show, ready to be shown. One dataclass a page, named after its template."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from gatelodge.identity.rights import Right
from gatelodge.portal.picking import EVERY_CAMERA, CameraPicker
from gatelodge.portal.settings_models import SettingsRow


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds every page: whose portal it is, and who is signed in."""

    provider_name: str
    user_name: str | None = None
    user_email: str | None = None
    csrf: str = ""
    asset_version: str = ""
    theme_version: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as a person reads it: relative, with the exact one (UTC) for the title."""

    text: str  # "3 days ago", "in 89 days", "never"
    exact: str  # "2026-11-24 05:45 UTC", "" where there is none
    iso: str  # for <time datetime>, "" where there is none


@dataclass(frozen=True, slots=True)
class RightGroup:
    """Rights under one heading."""

    heading: str
    rights: tuple[Right, ...]


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """What went wrong and what to do next."""

    template: ClassVar[str] = "error.html"
    title: str
    text: str
    detail: str = ""  # for whoever built the application


@dataclass(frozen=True, slots=True)
class HandOverPage:
    """The answer for an application, in a form that posts itself to it."""

    template: ClassVar[str] = "hand_over.html"
    action: str
    destination: str  # the host
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SignInPage:
    """Email and password."""

    template: ClassVar[str] = "sign_in.html"
    action: str
    application: str | None = None  # the application that waits for the sign-in
    email: str = ""
    next: str = ""  # a path of the portal, posted back as it is
    error: str = ""  # for the form as a whole, role=alert


@dataclass(frozen=True, slots=True)
class Link:
    """A page of somebody else's, and whose: its host, in full."""

    label: str
    url: str
    host: str


@dataclass(frozen=True, slots=True)
class Stranger:
    """An application that nobody here answers for, by its own word."""

    described_at: str  # the host that its client_id is an address at; empty where it registered
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class SignOutPage:
    """Whether to sign out, as an application asks."""

    template: ClassVar[str] = "sign_out.html"
    action: str
    request: str  # posted back as it is; signed by us
    application: str  # who asks; "": nobody says
    email: str  # of who is signed in


@dataclass(frozen=True, slots=True)
class SignedOutPage:
    """Nobody is signed in any more."""

    template: ClassVar[str] = "signed_out.html"
    sign_in_url: str


@dataclass(frozen=True, slots=True)
class ConsentPage:
    """An application asks for access."""

    template: ClassVar[str] = "consent.html"
    action: str
    switch_url: str  # sign in as somebody else
    application: str
    initial: str  # the application's mark: its first letter
    owner: str  # the account that made it
    account_email: str  # as whom the user is signed in
    groups: tuple[RightGroup, ...]
    lasting: bool  # True: until the user ends it; False: for `duration`
    duration: str  # "one hour"
    destination: str  # the host, or the program, that the user is sent to
    account: str = ""  # whose things it would see; empty where that is more than one account's
    optional: frozenset[str] = frozenset()  # the rights that may be left out
    kept: frozenset[str] = frozenset()  # those of them that are not
    picker: CameraPicker = EVERY_CAMERA
    nothing: bool = False  # none of the cameras that it asks for is the user's to share
    fault: str = ""  # what is wrong with the rights that were left
    cameras: bool = True  # False: it asks for nothing that has to do with any
    stranger: Stranger | None = None


@dataclass(frozen=True, slots=True)
class DevicePage:
    """Type the code that a device shows."""

    template: ClassVar[str] = "device.html"
    action: str
    user_code: str = ""  # that came with the address, as a QR code brings it, or was typed
    brought: bool = False  # it came with the address, so that it has to be compared
    fault: str = ""


@dataclass(frozen=True, slots=True)
class DeviceConsentPage(ConsentPage):
    """A device asks for access."""

    template: ClassVar[str] = "device_consent.html"
    user_code: str = ""
    address: str = ""  # where the device asked from
    same_network: bool = False  # as whoever decides
    began: Moment = Moment("", "", "")


@dataclass(frozen=True, slots=True)
class DeviceDonePage:
    """The person has decided."""

    template: ClassVar[str] = "device_done.html"
    application: str
    allowed: bool


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A user token in its list."""

    id: str
    name: str
    rights: str  # labels in short: "Live view, Recordings"
    created: Moment
    expires: Moment
    expired: bool
    last_used: Moment
    end_action: str
    url: str = ""  # the page of what it can do
    cameras: str = ""  # what it is limited to


@dataclass(frozen=True, slots=True)
class ApplicationRow:
    """An OAuth2 application in its list."""

    name: str
    description: str
    client_id: str
    kind: str  # "Confidential", "Public" or "Resource server"
    acts_as_itself: bool
    users: int | None  # None: it asks nobody for access
    created: Moment
    disabled: bool
    url: str


@dataclass(frozen=True, slots=True)
class AuthorizedRow:
    """An application that may act for the user."""

    id: str
    name: str
    owner: str
    rights: str
    high_risk: bool
    since: Moment
    last_used: Moment
    end_action: str
    url: str = ""
    cameras: str = ""
    on_device: bool = False  # some of it was given to a device
    sign_in_url: str = ""  # where the application begins a sign-in of this user


@dataclass(frozen=True, slots=True)
class RegistrationTokenRow:
    """A token with which programs register applications, in its list."""

    name: str
    created: Moment
    expires: Moment
    expired: bool
    last_used: Moment
    end_action: str


@dataclass(frozen=True, slots=True)
class RegistrationTokenFormPage:
    """Make one of them."""

    template: ClassVar[str] = "registration_token_form.html"
    action: str
    once: str  # makes a form that is sent twice make one token
    expiries: tuple["Expiry", ...]
    account: str  # whose applications it registers
    name: str = ""
    expiry: str = "7d"
    faults: Mapping[str, str] = field(default_factory=dict)  # by field: name, expires; "" for the whole


@dataclass(frozen=True, slots=True)
class RegistrationTokenMadePage:
    """The token, this once."""

    template: ClassVar[str] = "registration_token_made.html"
    name: str
    token: str
    expires: Moment
    curl: str


@dataclass(frozen=True, slots=True)
class ApiPage:
    """</> API: user tokens, OAuth2 applications, authorized applications."""

    template: ClassVar[str] = "api.html"
    tokens: tuple[TokenRow, ...]
    applications: tuple[ApplicationRow, ...]
    authorized: tuple[AuthorizedRow, ...]
    why_no_applications: str  # "" where the user may make applications
    notice: str = ""  # what was just done, role=status
    new_token_url: str = "/api-access/tokens/new"
    new_application_url: str = "/api-access/applications/new"
    registration_tokens: tuple[RegistrationTokenRow, ...] | None = None  # None: not for this user, or not here
    new_registration_token_url: str = "/api-access/registration-tokens/new"


@dataclass(frozen=True, slots=True)
class Expiry:
    """A choice of how long a token lives."""

    value: str
    label: str
    warning: str = ""


@dataclass(frozen=True, slots=True)
class TokenFormPage:
    """Make a user token."""

    template: ClassVar[str] = "token_form.html"
    action: str
    once: str  # makes a form that is sent twice make one token
    groups: tuple[RightGroup, ...]
    expiries: tuple[Expiry, ...]
    name: str = ""
    scopes: frozenset[str] = frozenset()
    expiry: str = "90d"
    faults: Mapping[str, str] = field(default_factory=dict)  # by field: name, scope, expires; "" for the whole
    picker: CameraPicker = EVERY_CAMERA


@dataclass(frozen=True, slots=True)
class TokenMadePage:
    """The token, this once."""

    template: ClassVar[str] = "token_made.html"
    name: str
    token: str
    expires: Moment
    rights: str
    curl: str
    cameras: str = ""


@dataclass(frozen=True, slots=True)
class KindChoice:
    """A kind of application to choose."""

    value: str
    label: str
    means: str


@dataclass(frozen=True, slots=True)
class ApplicationFormPage:
    """Make or edit an OAuth2 application. What it is and may do is chosen once, and told when it is edited."""

    template: ClassVar[str] = "application_form.html"
    action: str
    title: str
    submit: str
    cancel_url: str
    once: str = ""
    name: str = ""
    description: str = ""
    redirect_uris: str = ""  # one on each line
    kind: str = "confidential"
    new: bool = True
    # of a new one:
    kinds: tuple[KindChoice, ...] = ()
    own: bool = False  # it may also act as itself,
    groups: tuple[RightGroup, ...] = ()  # with rights of these,
    own_scope: frozenset[str] = frozenset()  # namely these
    stays: bool = False  # a public one gets refresh tokens
    grants: tuple[KindChoice, ...] = ()  # other ways to tokens,
    chosen_grants: frozenset[str] = frozenset()  # of which these are ticked
    # of one that is there:
    kind_label: str = ""
    abilities: tuple[str, ...] = ()
    own_rights: str = ""  # labels in short
    asks_people: bool = True
    has_users: bool = True
    # of either:
    optional_scope: frozenset[str] = frozenset()  # the rights that people may leave out
    optional_rights: str = ""  # their labels in short
    faults: Mapping[str, str] = field(default_factory=dict)  # name, description, kind, …_scope, redirect_uris


@dataclass(frozen=True, slots=True)
class Example:
    """A ready-made example with the application's own values."""

    title: str
    language: str
    code: str


@dataclass(frozen=True, slots=True)
class ApplicationPage:
    """One OAuth2 application. `client_secret` is there only right after it was made."""

    template: ClassVar[str] = "application.html"
    name: str
    description: str
    client_id: str
    client_secret: str | None
    kind: str  # as in ApplicationFormPage
    kind_label: str
    abilities: tuple[str, ...]  # what it may do, in plain words
    own_groups: tuple[RightGroup, ...]  # the rights that it has as itself
    asks_people: bool
    owner: str
    created: Moment
    created_by: str
    secret_created: Moment | None
    redirect_uris: tuple[str, ...]
    users: int
    disabled: bool
    examples: tuple[Example, ...]
    edit_url: str
    secret_action: str
    delete_action: str
    by_program: bool = False  # it registered itself, with a token of whom `created_by` names
    notice: str = ""
    first_use: Example | None = None  # a line that uses the secret, shown beside it
    optional_rights: str = ""  # the rights that people may leave out, in short
    issuer: str = ""  # all that a library needs to find out the rest
    settings: tuple[SettingsRow, ...] = ()
    has_users: bool = True  # there are people who let it in
    device_url: str = ""  # where they type the codes of its devices,
    device_qr: str = ""  # and the same as a picture


class PageModel(Protocol):
    """What a page shows: a dataclass that names its template."""

    template: ClassVar[str]
