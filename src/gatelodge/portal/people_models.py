"""Page models of who belongs to an account, and of what can reach it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from gatelodge.identity.rights import Right
from gatelodge.portal.models import Moment


@dataclass(frozen=True, slots=True)
class AccountLink:
    """One of the accounts that the user may look after, to switch to."""

    name: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody who belongs to the account."""

    name: str
    email: str
    role: str  # "Owner" or "Guest"
    sees: str  # "Everything", "2 of 6 cameras"
    since: Moment
    state: str  # "" or "Disabled", "Disabled by the provider"
    you: bool
    url: str


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """Somebody who was asked in and has not come yet."""

    email: str
    sees: str
    invited_by: str
    sent: Moment
    expires: Moment
    expired: bool
    again_action: str
    withdraw_action: str


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group of cameras."""

    name: str
    cameras: str
    url: str


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """People, invitations and groups of one account."""

    template: ClassVar[str] = "people.html"
    account: str
    accounts: tuple[AccountLink, ...]
    people: tuple[PersonRow, ...]
    invitations: tuple[InvitationRow, ...]
    groups: tuple[GroupRow, ...]
    invite_url: str
    new_group_url: str
    reach_url: str
    notice: str = ""


@dataclass(frozen=True, slots=True)
class CameraRights:
    """A camera with the rights that are ticked on it."""

    id: str
    name: str
    chosen: frozenset[str]


@dataclass(frozen=True, slots=True)
class GroupChoice:
    """A group to tick at once. `cameras`: their ids, with blanks between."""

    value: str
    label: str
    cameras: str


@dataclass(frozen=True, slots=True)
class RightsForm:
    """Full access, or rights on each camera. The group tools change nothing until the form is saved."""

    access: str  # "full" or "partial"
    rights: tuple[Right, ...]
    cameras: tuple[CameraRights, ...]
    groups: tuple[GroupChoice, ...]
    group: str = ""  # chosen in the tools,
    with_rights: frozenset[str] = frozenset()  # to be ticked with these


@dataclass(frozen=True, slots=True)
class InvitePage:
    """Ask somebody in."""

    template: ClassVar[str] = "invite.html"
    action: str
    cancel_url: str
    account: str
    by_mail: bool
    lasts: str  # "7 days"
    form: RightsForm
    email: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)  # email, rights; "" for the whole


@dataclass(frozen=True, slots=True)
class InvitedPage:
    """The link of an invitation, this once."""

    template: ClassVar[str] = "invited.html"
    email: str
    account: str
    link: str
    mail_failed: bool
    lasts: str
    done_url: str


@dataclass(frozen=True, slots=True)
class PersonPage:
    """One person in one account: what they may do, and ending it."""

    template: ClassVar[str] = "person.html"
    name: str
    email: str
    account: str
    role: str
    you: bool
    owner: bool  # who keeps full access
    since: Moment
    disabled: bool
    disabled_by_provider: bool
    people_url: str
    reach_url: str
    access_action: str
    disable_action: str
    enable_action: str
    remove_action: str
    form: RightsForm
    notice: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)  # rights; "" for the whole


@dataclass(frozen=True, slots=True)
class GroupFormPage:
    """Make or change a group of cameras."""

    template: ClassVar[str] = "group_form.html"
    action: str
    title: str
    submit: str
    cancel_url: str
    name: str
    cameras: tuple[CameraRights, ...]  # a member where anything is chosen
    delete_action: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)  # name, resources; "" for the whole


@dataclass(frozen=True, slots=True)
class ReachRow:
    """A token or an application that can reach the account's cameras."""

    name: str
    kind: str  # "User token", "Application", "Acts as itself"
    whose: str  # the user's name and address; the account for one that acts as itself
    role: str  # "Owner", "Guest" or ""
    made_by: str  # the account that made the application; "" for a token
    rights: str  # labels in short
    risks: str  # labels of those with a high risk
    cameras: str  # "All cameras", "Front door, Garden"
    since: Moment
    last_used: Moment
    expires: Moment | None
    elsewhere: bool  # it may also serve its user in other accounts
    end_action: str  # "" where it is ended on its own page, which is
    manage_url: str


@dataclass(frozen=True, slots=True)
class ReachPage:
    """What can reach the cameras of an account."""

    template: ClassVar[str] = "reach.html"
    account: str
    accounts: tuple[AccountLink, ...]
    rows: tuple[ReachRow, ...]
    people_url: str
    notice: str = ""


@dataclass(frozen=True, slots=True)
class InvitationPage:
    """Behind the link of an invitation."""

    template: ClassVar[str] = "invitation.html"
    action: str
    account: str
    invited_by: str
    email: str
    sees: str
    user_email: str = ""  # who is signed in, if anybody
    sign_in_url: str = ""
    here: str = ""  # the path of this page, to come back to
    name: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)  # name, password; "" for the whole

    @property
    def theirs(self) -> bool:
        """Whether it is for whoever is signed in."""
        return self.user_email == self.email
