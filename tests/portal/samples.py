"""A sample of every page, in every shape that it has: what the tests check and the screenshots show."""

from dataclasses import replace

from gatelodge.identity.rights import ALL_RIGHTS, Group, Right
from gatelodge.portal.examples import application_examples, curl, exchange_curl
from gatelodge.portal.groups import grouped, labels
from gatelodge.portal.models import (
    ApiPage,
    ApplicationFormPage,
    ApplicationPage,
    ApplicationRow,
    AuthorizedRow,
    ConsentPage,
    ErrorPage,
    Example,
    Expiry,
    Frame,
    Moment,
    PageModel,
    RightGroup,
    SignInPage,
    TokenFormPage,
    TokenMadePage,
    TokenRow,
)
from gatelodge.portal.tokens import EXPIRIES
from gatelodge.protocol.credentials import public_id
from gatelodge.service.records import Application

ACCENT = "#1f5fbf"
ORIGIN = "https://cloud.example.com"
APPLICATIONS = "/api-access/applications"
TOKEN = "glut_01kZq8WnTd0_7uYb3mCq0XvR9sLkE2hJ5tGpZ8aWnDf4o1HgM0cUePq12rStUv"
SECRET = "glcs_01kZq8Wp2Xa_Q4vN7yBt2LrM6cKxW9dHs3JfGz5Te8uPaV0iRq1nPq12rStUv"
HOSTILE = "<script>alert('x')</script>\"&"

SIGNED_OUT = Frame("North Cloud", csrf="csrf-of-a-browser", asset_version="a1", theme_version="1f5fbf")
SIGNED_IN = replace(SIGNED_OUT, user_name="Olga Owner", user_email="owner@example.com", csrf="csrf-of-a-session")
NEVER = Moment("Never", "", "")
JUST_NOW = Moment("just now", "2026-11-24 05:45 UTC", "2026-11-24T05:45:00Z")


def _at(text: str, day: str) -> Moment:
    return Moment(text, f"{day} 05:45 UTC", f"{day}T05:45:00Z")


GARDEN = Application(
    id=7_284_113_902_345_678,
    provider_id=1,
    account_id=1,
    account_name="North Farm",
    name="Garden Monitor",
    description="Shows the garden on a tablet in the kitchen.",
    redirect_uris=("https://garden.example.com/callback", "http://127.0.0.1:9000/callback"),
    confidential=True,
    created_at=1_789_000_000,
    created_by="Olga Owner",
    secret_created_at=1_789_000_000,
    users=12,
    disabled=False,
)
DOORBELL = replace(GARDEN, id=7_284_113_999_345_678, name="Doorbell for phones", description="", confidential=False)

CONSENT = ConsentPage(
    action="/authorize/01kZq8WnTd0",
    switch_url="/signin?next=/authorize/01kZq8WnTd0",
    application=GARDEN.name,
    initial="G",
    owner="North Farm",
    account_email="owner@example.com",
    groups=grouped(frozenset({"read", "liveview", "liveview_audioclip", "events"})),
    lasting=True,
    duration="1 hour",
    destination="garden.example.com",
    account="North Farm",
)
NIGHTLY = TokenRow(
    id="01kZq8WnTd0",
    name="Nightly backup",
    rights=labels(frozenset({"read", "recordings"})),
    created=_at("3 days ago", "2026-11-21"),
    expires=_at("in 87 days", "2027-02-19"),
    expired=False,
    last_used=_at("2 hours ago", "2026-11-24"),
    end_action="/api-access/tokens/01kZq8WnTd0/end",
)
WEATHER = replace(
    NIGHTLY,
    id="01kZq8WnTd1",
    name="Old weather station",
    rights=labels(frozenset({"liveview"})),
    created=_at("1 year ago", "2025-11-02"),
    expires=_at("22 days ago", "2026-11-02"),
    expired=True,
    last_used=NEVER,
    end_action="/api-access/tokens/01kZq8WnTd1/end",
)
GARDEN_ROW = ApplicationRow(
    name=GARDEN.name,
    description=GARDEN.description,
    client_id=public_id(GARDEN.id),
    kind="Confidential",
    users=12,
    created=_at("2 months ago", "2026-09-20"),
    disabled=False,
    url=f"{APPLICATIONS}/{public_id(GARDEN.id)}",
)
DOORBELL_ROW = replace(
    GARDEN_ROW,
    name=DOORBELL.name,
    description="",
    client_id=public_id(DOORBELL.id),
    kind="Public",
    users=0,
    disabled=True,
)
WATCH = AuthorizedRow(
    id="01kZq8WnTd2",
    name="Harbour Watch",
    owner="Harbour View Ltd",
    rights=labels(frozenset({"liveview", "events"})),
    high_risk=False,
    since=_at("5 months ago", "2026-06-20"),
    last_used=_at("1 minute ago", "2026-11-24"),
    end_action="/api-access/authorized/01kZq8WnTd2/end",
)
ARCHIVE = replace(
    WATCH,
    id="01kZq8WnTd3",
    name="Archive Keeper",
    owner="Northern Archives",
    rights=labels(frozenset({"recordings", "recordings_delete"})),
    high_risk=True,
    last_used=NEVER,
    end_action="/api-access/authorized/01kZq8WnTd3/end",
)
TOKEN_FORM = TokenFormPage(
    action="/api-access/tokens/new",
    once="once-1",
    groups=grouped(ALL_RIGHTS),
    expiries=EXPIRIES,
    scopes=frozenset({"read"}),
)
NEW_APPLICATION = ApplicationFormPage(
    action=f"{APPLICATIONS}/new",
    title="New application",
    submit="Create application",
    cancel_url="/api-access",
    once="once-1",
)
APPLICATION = ApplicationPage(
    name=GARDEN.name,
    description=GARDEN.description,
    client_id=public_id(GARDEN.id),
    client_secret=None,
    confidential=True,
    owner=GARDEN.account_name,
    created=_at("2 months ago", "2026-09-20"),
    created_by=GARDEN.created_by,
    secret_created=_at("2 months ago", "2026-09-20"),
    redirect_uris=GARDEN.redirect_uris,
    users=12,
    disabled=False,
    examples=application_examples(ORIGIN, GARDEN, None),
    edit_url=f"{APPLICATIONS}/{public_id(GARDEN.id)}/edit",
    secret_action=f"{APPLICATIONS}/{public_id(GARDEN.id)}/secret",
    delete_action=f"{APPLICATIONS}/{public_id(GARDEN.id)}/delete",
)

PAGES: dict[str, tuple[Frame, PageModel]] = {
    "sign-in": (SIGNED_OUT, SignInPage("/signin", GARDEN.name, next="/authorize/01kZq8WnTd0")),
    "sign-in-refused": (
        SIGNED_OUT,
        SignInPage(
            "/signin",
            email="owner@example.com",
            error="The email or the password is wrong. Check both and try again.",
        ),
    ),
    "consent": (SIGNED_IN, CONSENT),
    "consent-everything": (
        SIGNED_IN,
        replace(
            CONSENT,
            application=DOORBELL.name,
            initial="D",
            groups=grouped(ALL_RIGHTS),
            lasting=False,
            destination="127.0.0.1:9000",
            account="",
        ),
    ),
    "api": (SIGNED_IN, ApiPage((NIGHTLY, WEATHER), (GARDEN_ROW, DOORBELL_ROW), (WATCH, ARCHIVE), "")),
    "api-empty": (SIGNED_IN, ApiPage((), (), (), "")),
    "api-guest": (
        SIGNED_IN,
        ApiPage(
            (),
            (),
            (WATCH,),
            "Only people with full access to an account can make applications. Ask its owner.",
            notice="The token is ended. Whatever used it is refused from now on.",
        ),
    ),
    "token-form": (SIGNED_IN, TOKEN_FORM),
    "token-form-refused": (
        SIGNED_IN,
        replace(
            TOKEN_FORM,
            scopes=frozenset(),
            expiry="never",
            faults={
                "name": "Write a name.",
                "scope": "Choose at least one right.",
                "expires": "Choose when the token expires.",
            },
        ),
    ),
    "token-made": (
        SIGNED_IN,
        TokenMadePage(NIGHTLY.name, TOKEN, _at("in 90 days", "2027-02-22"), NIGHTLY.rights, curl(ORIGIN, TOKEN)),
    ),
    "application-form": (SIGNED_IN, NEW_APPLICATION),
    "application-form-refused": (
        SIGNED_IN,
        replace(
            NEW_APPLICATION,
            title=f"Edit {GARDEN.name}",
            submit="Save changes",
            cancel_url=GARDEN_ROW.url,
            once="",
            name=GARDEN.name,
            description=GARDEN.description,
            redirect_uris="http://garden.example.com/callback\n",
            new=False,
            faults={"redirect_uris": "Line 1 must begin with https:// (http:// is only for localhost)."},
        ),
    ),
    "application": (SIGNED_IN, APPLICATION),
    "application-made": (
        SIGNED_IN,
        replace(
            APPLICATION,
            client_secret=SECRET,
            created=JUST_NOW,
            secret_created=JUST_NOW,
            users=0,
            examples=application_examples(ORIGIN, GARDEN, SECRET),
            notice="The application is made. Copy its client secret now: it is not shown again.",
            curl=exchange_curl(ORIGIN, GARDEN, SECRET),
        ),
    ),
    "application-public": (
        SIGNED_IN,
        replace(
            APPLICATION,
            name=DOORBELL.name,
            description="",
            client_id=public_id(DOORBELL.id),
            confidential=False,
            secret_created=None,
            redirect_uris=DOORBELL.redirect_uris[1:],
            users=1,
            disabled=True,
            examples=application_examples(ORIGIN, DOORBELL, None),
        ),
    ),
    "error-not-found": (
        SIGNED_IN,
        ErrorPage("Page not found", "There is nothing at this address, or it is not yours to see."),
    ),
    "error": (
        SIGNED_OUT,
        ErrorPage(
            "This link does not work",
            "The application that sent you here named an address for the answer that it has not registered. "
            "Go back to it, and tell whoever made it.",
            "You sent https://garden.example.com/cb/, registered is https://garden.example.com/callback.",
        ),
    ),
}


def hostile_pages() -> dict[str, tuple[Frame, PageModel]]:
    """Every page, with markup in whatever somebody could have written."""
    evil = HOSTILE
    moment = Moment(evil, evil, evil)
    rights = (RightGroup(evil, (Right("evil", Group.SEE, evil, evil, risk=evil),)),)
    frame = Frame(evil, evil, evil, evil, evil, evil)
    form_faults = {"": evil, "name": evil, "scope": evil, "expires": evil}
    application_faults = {"name": evil, "description": evil, "redirect_uris": evil}
    models: tuple[PageModel, ...] = (
        ErrorPage(evil, evil, evil),
        SignInPage(evil, evil, evil, evil, evil),
        ConsentPage(evil, evil, evil, evil, evil, evil, rights, False, evil, evil, evil),
        ApiPage(
            (TokenRow(evil, evil, evil, moment, moment, True, moment, evil),),
            (ApplicationRow(evil, evil, evil, evil, 1, moment, True, evil),),
            (AuthorizedRow(evil, evil, evil, evil, True, moment, moment, evil),),
            evil,
            evil,
        ),
        TokenFormPage(evil, evil, rights, (Expiry(evil, evil, evil),), evil, faults=form_faults),
        TokenMadePage(evil, evil, moment, evil, evil),
        ApplicationFormPage(evil, evil, evil, evil, evil, evil, evil, evil, faults=application_faults),
        replace(
            APPLICATION,
            name=evil,
            description=evil,
            client_id=evil,
            client_secret=evil,
            owner=evil,
            created=moment,
            created_by=evil,
            secret_created=moment,
            redirect_uris=(evil,),
            examples=(Example(evil, evil, evil),),
            edit_url=evil,
            secret_action=evil,
            delete_action=evil,
            notice=evil,
            curl=evil,
        ),
    )
    return {f"hostile-{model.template.removesuffix('.html')}": (frame, model) for model in models}
