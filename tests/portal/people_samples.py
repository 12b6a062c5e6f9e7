"""Samples of the pages about people."""

from collections.abc import Mapping
from dataclasses import replace

from gatelodge.identity.rights import CATALOGUE, Group, Right
from gatelodge.portal.models import Moment, PageModel
from gatelodge.portal.people_models import (
    AccountLink,
    CameraRights,
    GroupChoice,
    GroupFormPage,
    GroupRow,
    InvitationPage,
    InvitationRow,
    InvitedPage,
    InvitePage,
    PeoplePage,
    PersonPage,
    PersonRow,
    ReachPage,
    ReachRow,
    RightsForm,
)

ACCOUNT = "/people/01kZq8WnTd9"
LINK = "https://cloud.example.com/invitations/gliv_01kZq8WnTd0_7uYb3mCq0XvR9sLkE2hJ5tGpZ8aWnDf4o1HgM0cUePq12rStUv"
NOTHING: frozenset[str] = frozenset()


def _at(text: str, day: str) -> Moment:
    return Moment(text, f"{day} 05:45 UTC", f"{day}T05:45:00Z")


CAMERAS = tuple(
    CameraRights(f"01kZq8Cam{number:02}", name, chosen)
    for number, (name, chosen) in enumerate(
        [
            ("Driveway", NOTHING),
            ("Front door", frozenset({"read", "liveview", "events", "audiotransmit"})),
            ("Garage", NOTHING),
            ("Garden", frozenset({"read", "liveview", "events"})),
            ("Hall", NOTHING),
            ("Terrace", NOTHING),
        ]
    )
)
FORM = RightsForm(
    access="partial",
    rights=CATALOGUE,
    cameras=CAMERAS,
    groups=(
        GroupChoice("all", "All cameras", " ".join(one.id for one in CAMERAS)),
        GroupChoice("01kZq8Grp01", "Garden", "01kZq8Cam03 01kZq8Cam05"),
    ),
    group="01kZq8Grp01",
    with_rights=frozenset({"read", "liveview", "events"}),
)
ACCOUNTS = (AccountLink("North Farm", ACCOUNT, True), AccountLink("Summer house", "/people/01kZq8WnTd8", False))
OLGA = PersonRow(
    name="Olga Owner",
    email="owner@example.com",
    role="Owner",
    sees="Everything",
    since=_at("2 years ago", "2024-10-02"),
    state="",
    you=True,
    url=f"{ACCOUNT}/users/01kZq8Usr01",
)
GUS = replace(
    OLGA,
    name="Gus Guest",
    email="guest@example.com",
    role="Guest",
    sees="2 of 6 cameras",
    since=_at("5 months ago", "2026-06-20"),
    you=False,
    url=f"{ACCOUNT}/users/01kZq8Usr02",
)
FAY = replace(GUS, name="Fay Former", email="fay@example.com", sees="Everything", state="Disabled")
IVY = InvitationRow(
    "ivy@example.com",
    "1 of 6 cameras",
    "Olga Owner",
    _at("2 days ago", "2026-11-22"),
    _at("in 5 days", "2026-11-29"),
    False,
    f"{ACCOUNT}/invitations/01kZq8Inv01/again",
    f"{ACCOUNT}/invitations/01kZq8Inv01/withdraw",
)
OLD = replace(
    IVY,
    email="a.very.long.address.of.somebody@department.example.com",
    expired=True,
    again_action=f"{ACCOUNT}/invitations/01kZq8Inv02/again",
    withdraw_action=f"{ACCOUNT}/invitations/01kZq8Inv02/withdraw",
)
PEOPLE = PeoplePage(
    "North Farm",
    ACCOUNTS,
    (OLGA, FAY, GUS),
    (IVY, OLD),
    (GroupRow("Garden", "Garden, Terrace", f"{ACCOUNT}/groups/01kZq8Grp01"),),
    f"{ACCOUNT}/invite",
    f"{ACCOUNT}/groups/new",
    f"{ACCOUNT}/reach",
)
PERSON = PersonPage(
    name="Gus Guest",
    email="guest@example.com",
    account="North Farm",
    role="Guest",
    you=False,
    owner=False,
    since=GUS.since,
    disabled=False,
    disabled_by_provider=False,
    people_url=ACCOUNT,
    reach_url=f"{ACCOUNT}/reach",
    access_action=GUS.url,
    disable_action=f"{GUS.url}/disable",
    enable_action=f"{GUS.url}/enable",
    remove_action=f"{GUS.url}/remove",
    form=FORM,
)
INVITE = InvitePage(f"{ACCOUNT}/invite", ACCOUNT, "North Farm", True, "7 days", FORM)
INVITED = InvitedPage("ivy@example.com", "North Farm", LINK, False, "7 days", ACCOUNT)
GROUP = GroupFormPage(
    f"{ACCOUNT}/groups/01kZq8Grp01",
    "Edit Garden",
    "Save changes",
    ACCOUNT,
    "Garden",
    CAMERAS,
    delete_action=f"{ACCOUNT}/groups/01kZq8Grp01/delete",
)
TOKEN = ReachRow(
    name="Doorbell",
    kind="User token",
    whose="Gus Guest (guest@example.com)",
    role="Guest",
    made_by="",
    rights="Names and settings, Live view, Speak",
    risks="Speak",
    cameras="Front door",
    since=_at("3 days ago", "2026-11-21"),
    last_used=_at("2 hours ago", "2026-11-24"),
    expires=_at("in 87 days", "2027-02-19"),
    elsewhere=True,
    end_action=f"{ACCOUNT}/reach/tokens/01kZq8Tok01/end",
    manage_url="",
)
REACH = ReachPage(
    "North Farm",
    (),
    (
        TOKEN,
        replace(
            TOKEN,
            name="Garden Monitor",
            kind="Application",
            whose="Olga Owner (owner@example.com)",
            role="Owner",
            made_by="North Farm",
            rights="Names and settings, Live view",
            risks="",
            cameras="All cameras",
            expires=None,
            elsewhere=False,
            end_action=f"{ACCOUNT}/reach/applications/01kZq8Usr01/01kZq8App02/end",
        ),
        replace(
            TOKEN,
            name="Nightly archive",
            kind="Acts as itself",
            whose="North Farm",
            role="",
            rights="Names and settings, Watch recordings",
            risks="",
            cameras="All cameras",
            last_used=Moment("Never", "", ""),
            expires=None,
            end_action="",
            manage_url="/api-access/applications/01kZq8App01",
        ),
        replace(
            TOKEN,
            name="Old script",
            risks="",
            rights="Names and settings",
            expires=Moment("Never", "", ""),
            end_action=f"{ACCOUNT}/reach/tokens/01kZq8Tok02/end",
        ),
    ),
    ACCOUNT,
)
INVITATION = InvitationPage(
    "/invitations/x", "North Farm", "Olga Owner", "ivy@example.com", "2 cameras", sign_in_url="/signin", here="/x"
)
SIGNED_IN_PAGES: Mapping[str, PageModel] = {
    "people": PEOPLE,
    "people-alone": replace(
        PEOPLE, accounts=(), people=(OLGA,), invitations=(), groups=(), notice="The invitation is withdrawn."
    ),
    "person": PERSON,
    "person-full": replace(PERSON, form=replace(FORM, access="full"), notice="The changes are saved."),
    "person-disabled": replace(PERSON, disabled=True),
    "person-owner": replace(PERSON, name="Olga Owner", role="Owner", owner=True, you=True),
    "person-refused": replace(PERSON, faults={"rights": "One of these cameras is not there any more."}),
    "person-refused-whole": replace(PERSON, owner=True, faults={"": "Only an owner can do this."}),
    "invite": INVITE,
    "invite-refused": replace(
        INVITE,
        by_mail=False,
        email="ivy",
        form=replace(FORM, cameras=()),
        faults={"email": "Enter an e-mail address.", "rights": "Choose at least one right on one camera."},
    ),
    "invited": INVITED,
    "invited-mail-failed": replace(INVITED, mail_failed=True),
    "group-form": GROUP,
    "group-form-refused": replace(
        GROUP, delete_action="", faults={"name": "Enter a name.", "resources": "Choose at least one camera."}
    ),
    "reach": REACH,
    "reach-empty": replace(REACH, rows=(), accounts=ACCOUNTS),
    "invitation-theirs": replace(INVITATION, user_email="ivy@example.com"),
    "invitation-somebody-else": replace(INVITATION, user_email="owner@example.com"),
}
SIGNED_OUT_PAGES: Mapping[str, PageModel] = {
    "invitation": INVITATION,
    "invitation-refused": replace(
        INVITATION, faults={"name": "Enter a name.", "password": "Use at least 10 characters."}
    ),
}


def hostile(evil: str, moment: Moment) -> tuple[PageModel, ...]:
    """Each of them with markup in whatever somebody could have written."""
    link = AccountLink(evil, evil, True)
    camera = CameraRights("camera", evil, frozenset({"evil"}))
    right = Right("evil", Group.SEE, evil, evil, risk=evil)
    form = RightsForm("partial", (right,), (camera,), (GroupChoice(evil, evil, evil),), evil)
    faults = {"": evil, "email": evil, "rights": evil, "name": evil, "resources": evil, "password": evil}
    return (
        PeoplePage(
            evil,
            (link,),
            (PersonRow(evil, evil, evil, evil, moment, evil, True, evil),),
            (InvitationRow(evil, evil, evil, moment, moment, True, evil, evil),),
            (GroupRow(evil, evil, evil),),
            *(evil,) * 4,
        ),
        InvitePage(evil, evil, evil, True, evil, form, evil, faults),
        InvitedPage(evil, evil, evil, True, evil, evil),
        replace(
            PERSON,
            name=evil,
            email=evil,
            account=evil,
            role=evil,
            since=moment,
            form=form,
            notice=evil,
            faults=faults,
        ),
        GroupFormPage(evil, evil, evil, evil, evil, (camera,), evil, faults),
        ReachPage(
            evil,
            (link,),
            (ReachRow(*(evil,) * 8, moment, moment, moment, True, evil, evil),),
            evil,
            evil,
        ),
        InvitationPage(*(evil,) * 5, sign_in_url=evil, here=evil, name=evil, faults=faults),
    )
