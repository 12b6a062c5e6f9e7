"""A sample of every page, in every shape that it has: what the tests check and the screenshots show."""

from dataclasses import fields, replace

from gatelodge.identity.effective import Allowance, Holding
from gatelodge.identity.people import Access
from gatelodge.identity.rights import ALL_RIGHTS, CATALOGUE, Group, Right, in_order
from gatelodge.portal.application_form import CHOICES
from gatelodge.portal.camera_models import CameraCard, CameraPage, CamerasPage, ClipChoice, EventRow, RecordingCard
from gatelodge.portal.device import WRONG as WRONG_DEVICE_CODE
from gatelodge.portal.examples import application_examples, secret_example
from gatelodge.portal.explorer_models import Answered, ExplorerPage, FieldDoc, Ready
from gatelodge.portal.explorer_queries import QUERIES
from gatelodge.portal.graph_example import curl, curl_of, python_of
from gatelodge.portal.groups import grouped, labels
from gatelodge.portal.kinds import LABELS, abilities, acts_as_itself, asks_people, kind_of
from gatelodge.portal.models import (
    ApiPage,
    ApplicationFormPage,
    ApplicationPage,
    ApplicationRow,
    AuthorizedRow,
    ConsentPage,
    DeviceConsentPage,
    DeviceDonePage,
    DevicePage,
    ErrorPage,
    Example,
    Expiry,
    Frame,
    HandOverPage,
    KindChoice,
    Link,
    Moment,
    PageModel,
    RegistrationTokenFormPage,
    RegistrationTokenMadePage,
    RegistrationTokenRow,
    RightGroup,
    SignInPage,
    Stranger,
    TokenFormPage,
    TokenMadePage,
    TokenRow,
)
from gatelodge.portal.picking import EVERY_CAMERA, EVERYTHING, CameraBox, CameraGroup, CameraPicker, make_picker
from gatelodge.portal.rights_models import (
    OF_APPLICATION,
    OF_TOKEN,
    AccessPage,
    Cell,
    MatrixRow,
    Reason,
    RightsMatrix,
    rights_matrix,
)
from gatelodge.portal.settings_models import SettingsRow
from gatelodge.portal.tokens import EXPIRIES
from gatelodge.protocol.client import AUTHORIZATION_CODE, CLIENT_CREDENTIALS, FOR_USERS
from gatelodge.protocol.credentials import public_id
from gatelodge.protocol.openid import IDENTITY_SCOPES
from gatelodge.service.choosing import NO_RESOURCE, NO_RIGHT
from gatelodge.service.explain import explained
from gatelodge.service.records import Application
from tests.portal import people_samples, samples_settings

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
    grant_types=FOR_USERS,
    own_scope=frozenset(),
    resource_server=False,
    created_at=1_789_000_000,
    created_by="Olga Owner",
    secret_created_at=1_789_000_000,
    users=12,
    disabled=False,
)
DOORBELL = replace(
    GARDEN,
    id=7_284_113_999_345_678,
    name="Doorbell for phones",
    description="",
    confidential=False,
    grant_types=frozenset({AUTHORIZATION_CODE}),
    redirect_uris=GARDEN.redirect_uris[1:],
    secret_created_at=None,
    users=1,
    disabled=True,
)
WALL = replace(
    DOORBELL, id=7_284_113_999_345_679, name="Kitchen wall", grant_types=FOR_USERS, users=240, disabled=False
)
BACKUP = replace(
    GARDEN,
    id=7_284_114_002_345_678,
    name="Nightly archive",
    description="Copies what was recorded to the cold store.",
    redirect_uris=(),
    grant_types=frozenset({CLIENT_CREDENTIALS}),
    own_scope=frozenset({"read", "recordings", "recordings_delete"}),
    users=0,
)
BOTH = replace(BACKUP, grant_types=FOR_USERS | {CLIENT_CREDENTIALS}, redirect_uris=GARDEN.redirect_uris)
WEATHER_API = replace(
    BACKUP,
    id=7_284_114_012_345_678,
    name="Weather API",
    description="Tells what the cameras' sensors measure.",
    grant_types=frozenset(),
    own_scope=frozenset(),
    resource_server=True,
)

NAMES = ("Driveway", "Front door", "Garden", "Garage", "Hall", "Terrace")
HOLDINGS = [Holding(number, name, "North Farm", Access.FULL, frozenset()) for number, name in enumerate(NAMES, 1)]
HOLDINGS_OF_GUEST = [
    *HOLDINGS[:4],
    Holding(7, "Stable, the one beyond the old mill", "South Farm", Access.PARTIAL, frozenset({"read", "liveview"})),
    Holding(8, "Kennel", "South Farm", Access.PARTIAL, frozenset({"read", "events", "recordings"})),
]
MANY = [
    Holding(number, f"Field {number // 10 + 1}, post {number % 10 + 1}", "North Farm", Access.FULL, frozenset())
    for number in range(200)
]
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
    picker=make_picker(HOLDINGS, None),
)
STRANGERS = replace(
    CONSENT,
    application="Field notes",
    initial="F",
    destination="a program on this computer (127.0.0.1:33418)",
    stranger=Stranger(
        "field-notes.example.org",
        (
            Link("Its site", "https://field-notes.example.org/", "field-notes.example.org"),
            Link("What it does with your data", "https://field-notes.example.org/privacy", "field-notes.example.org"),
        ),
    ),
)
PIPELINE = RegistrationTokenRow(
    "Release pipeline",
    _at("3 days ago", "2026-11-21"),
    _at("in 4 days", "2026-11-28"),
    False,
    _at("2 hours ago", "2026-11-24"),
    "/api-access/registration-tokens/01kZq8WnTd0/end",
)
REGISTRATION_FORM = RegistrationTokenFormPage(
    "/api-access/registration-tokens/new",
    "once",
    (Expiry("1d", "1 day"), Expiry("7d", "7 days")),
    "North Farm",
)
DEVICE_CONSENT = DeviceConsentPage(
    **{one.name: getattr(CONSENT, one.name) for one in fields(ConsentPage)},
    user_code="BCDF-GHJK",
    address="192.0.2.7",
    same_network=True,
    began=_at("2 minutes ago", "2026-11-24"),
)
FEW = make_picker(HOLDINGS[1:3], frozenset({2, 3}), can_be_all=False)
NIGHTLY = TokenRow(
    id="01kZq8WnTd0",
    name="Nightly backup",
    rights=labels(frozenset({"read", "recordings"})),
    created=_at("3 days ago", "2026-11-21"),
    expires=_at("in 87 days", "2027-02-19"),
    expired=False,
    last_used=_at("2 hours ago", "2026-11-24"),
    end_action="/api-access/tokens/01kZq8WnTd0/end",
    url="/api-access/tokens/01kZq8WnTd0",
    cameras="2 cameras: Front door, Garden",
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
    url="/api-access/tokens/01kZq8WnTd1",
    cameras=EVERYTHING,
)


CAMERA = CameraPage(
    name="Garden",
    account="North Farm",
    action="/cameras/01kZq8WnTd0",
    live="/static/icon.svg",
    can_move=True,
    can_light=True,
    light_on=False,
    clips=(ClipChoice("doorbell", "Doorbell"), ClipChoice("hello", "“Hello, who is there?”")),
    recordings=(
        RecordingCard(JUST_NOW, 21, "/recordings/01kZq8WnTd0/video", "/static/icon.svg"),
        RecordingCard(_at("2 hours ago", "2026-11-24"), 18, "/recordings/01kZq8WnTd1/video", "/static/icon.svg"),
    ),
    events=(EventRow("Something moved", "", JUST_NOW), EventRow("Turned", "Olga Owner", JUST_NOW)),
    lacking="",
)
CAMERAS = CamerasPage(
    (
        CameraCard("Front door", "North Farm", "/cameras/01kZq8WnTd0", "/static/icon.svg", "Everything"),
        CameraCard("Garden", "North Farm", "/cameras/01kZq8WnTd1", "", "Names and settings, Events"),
    )
)
EXPLORER = ExplorerPage(
    action="/api-access/explorer",
    ready=tuple(
        Ready(name, label, f"/api-access/explorer?example={name}", chosen=name == "live")
        for name, (label, _) in QUERIES.items()
    ),
    rights=CATALOGUE,
    query=QUERIES["live"][1],
    variables="",
    scopes=frozenset({"read", "events"}),
    least=in_order(frozenset({"read", "liveview"})),
    enough=False,
    answered=None,
    docs=(
        (
            "Queries",
            (
                FieldDoc("me: Me!", "Who calls.", "read"),
                FieldDoc(
                    "eventList(cameras: [ID!], since: DateTime, until: DateTime, kinds: [String!], first: Int!, after: "
                    "String): EventConnection",
                    "What happened at cameras, the newest first. Needs `events`.",
                    "events",
                ),
            ),
        ),
        ("Of a camera", (FieldDoc("live: LiveState", "How the camera stands at this moment.", "liveview"),)),
    ),
)
ANSWER = """{
  "errors": [
    {
      "message": "This token may not do this: it needs liveview.",
      "extensions": {
        "code": "FORBIDDEN",
        "field": "Camera.live",
        "missing": "liveview",
        "lacking": "token",
        "takenBy": [
          "scope"
        ]
      },
      "path": [
        "cameras",
        "edges",
        0,
        "node",
        "live"
      ]
    }
  ],
  "data": {
    "cameras": {
      "totalCount": 6
    }
  }
}"""
ANSWERED = Answered(
    200, ANSWER, 1, curl_of(ORIGIN, EXPLORER.query, None), python_of(ORIGIN, EXPLORER.query, {"camera": "01kZq8WnTd0"})
)


def _row(application: Application) -> ApplicationRow:
    return ApplicationRow(
        name=application.name,
        description=application.description,
        client_id=public_id(application.id),
        kind=LABELS[kind_of(application)],
        acts_as_itself=acts_as_itself(application),
        users=application.users if asks_people(application) else None,
        created=_at("2 months ago", "2026-09-20"),
        disabled=application.disabled,
        url=f"{APPLICATIONS}/{public_id(application.id)}",
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
    url="/api-access/authorized/01kZq8WnTd2",
    cameras=EVERYTHING,
    sign_in_url="https://watch.example/login?iss=https%3A%2F%2Fcloud.example.com",
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
    url="/api-access/authorized/01kZq8WnTd3",
    cameras="1 camera: Driveway; 1 that is gone or not yours to see any more",
)
TOKEN_FORM = TokenFormPage(
    action="/api-access/tokens/new",
    once="once-1",
    groups=grouped(ALL_RIGHTS),
    expiries=EXPIRIES,
    scopes=frozenset({"read"}),
    picker=make_picker(HOLDINGS, None),
)
TOKEN_ACCESS = AccessPage(
    name="Nightly backup",
    what="A user token",
    rights=labels(frozenset({"read", "recordings"})),
    cameras="2 cameras: Front door, Garden",
    times=(("Created", NIGHTLY.created), ("Expires", NIGHTLY.expires), ("Last used", NIGHTLY.last_used)),
    matrix=rights_matrix(
        explained(frozenset({"read", "recordings"}), (Allowance(None, frozenset({2, 3})),), HOLDINGS), OF_TOKEN
    ),
    end="End token",
    end_action=NIGHTLY.end_action,
    end_means="Whatever uses this token stops working at once. An ended token can’t be brought back.",
)
NEW_APPLICATION = ApplicationFormPage(
    action=f"{APPLICATIONS}/new",
    title="New application",
    submit="Create application",
    cancel_url="/api-access",
    once="once-1",
    kinds=CHOICES,
    groups=grouped(ALL_RIGHTS),
    own_scope=frozenset({"read"}),
)


def _page(application: Application, secret: str | None = None) -> ApplicationPage:
    made = JUST_NOW if secret else _at("2 months ago", "2026-09-20")
    url = f"{APPLICATIONS}/{public_id(application.id)}"
    return ApplicationPage(
        name=application.name,
        description=application.description,
        client_id=public_id(application.id),
        client_secret=secret,
        kind=kind_of(application),
        kind_label=LABELS[kind_of(application)],
        abilities=abilities(application, lifetime=3600),
        own_groups=grouped(application.own_scope),
        asks_people=asks_people(application),
        owner=application.account_name,
        created=made,
        created_by=application.created_by,
        secret_created=made if application.confidential else None,
        redirect_uris=application.redirect_uris,
        users=application.users,
        disabled=application.disabled,
        examples=application_examples(ORIGIN, application, secret),
        edit_url=f"{url}/edit",
        secret_action=f"{url}/secret",
        delete_action=f"{url}/delete",
        notice="The application is made." if secret else "",
        first_use=secret_example(ORIGIN, application, secret) if secret else None,
        issuer=ORIGIN,
        settings=samples_settings.rows(application),
    )


def _edit(application: Application) -> ApplicationFormPage:
    return ApplicationFormPage(
        action=f"{APPLICATIONS}/{public_id(application.id)}/edit",
        title=f"Edit {application.name}",
        submit="Save changes",
        cancel_url=f"{APPLICATIONS}/{public_id(application.id)}",
        name=application.name,
        description=application.description,
        redirect_uris="\n".join(application.redirect_uris),
        kind=kind_of(application),
        new=False,
        kind_label=LABELS[kind_of(application)],
        abilities=abilities(application, lifetime=3600),
        own_rights=labels(application.own_scope),
        asks_people=asks_people(application),
        groups=grouped(ALL_RIGHTS),
    )


APPLICATION = _page(GARDEN)
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
    "consent-sign-in": (
        SIGNED_IN,
        replace(CONSENT, groups=grouped(IDENTITY_SCOPES), cameras=False, picker=EVERY_CAMERA),
    ),
    "consent-sign-in-and-more": (
        SIGNED_IN,
        replace(CONSENT, groups=grouped(frozenset({"openid", "email", "liveview", "audiotransmit"}))),
    ),
    "sign-in-hinted": (SIGNED_OUT, SignInPage("/signin", GARDEN.name, "owner@example.com", "/authorize/01kZq8WnTd0")),
    "device": (SIGNED_IN, DevicePage("/device")),
    "device-brought": (SIGNED_IN, DevicePage("/device", "BCDF-GHJK", brought=True)),
    "device-wrong": (SIGNED_IN, DevicePage("/device", "BCDF-GHJK", fault=WRONG_DEVICE_CODE)),
    "device-consent": (SIGNED_IN, DEVICE_CONSENT),
    "device-consent-elsewhere": (
        SIGNED_IN,
        replace(DEVICE_CONSENT, same_network=False, address="2001:db8:1234:5678::/64", lasting=False),
    ),
    "device-done": (SIGNED_IN, DeviceDonePage(GARDEN.name, allowed=True)),
    "device-denied": (SIGNED_IN, DeviceDonePage(GARDEN.name, allowed=False)),
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
    "consent-choose": (
        SIGNED_IN,
        replace(
            CONSENT,
            optional=frozenset({"liveview_audioclip", "events"}),
            kept=frozenset({"events"}),
            picker=make_picker(HOLDINGS_OF_GUEST, frozenset({2, 7}), fault=NO_RESOURCE),
            account="",
            fault=NO_RIGHT,
        ),
    ),
    "consent-stranger": (SIGNED_IN, STRANGERS),
    "consent-registered-itself": (SIGNED_IN, replace(STRANGERS, stranger=Stranger(""))),
    "consent-few": (
        SIGNED_IN,
        replace(CONSENT, picker=make_picker(HOLDINGS[1:3], frozenset({2, 3}), can_be_all=False)),
    ),
    "consent-many": (
        SIGNED_IN,
        replace(CONSENT, picker=make_picker(MANY, frozenset(range(90)), fault="Look at them and choose again.")),
    ),
    "consent-nothing": (SIGNED_IN, replace(CONSENT, nothing=True)),
    "consent-no-cameras": (SIGNED_IN, replace(CONSENT, picker=make_picker([], None))),
    "access-token": (SIGNED_IN, TOKEN_ACCESS),
    "access-application": (
        SIGNED_IN,
        replace(
            TOKEN_ACCESS,
            name="Harbour Watch",
            what="An application by Harbour View Ltd",
            rights=WATCH.rights,
            cameras=EVERYTHING,
            times=(("Allowed", WATCH.since), ("Last used", WATCH.last_used)),
            matrix=rights_matrix(
                explained(frozenset({"read", "liveview", "events"}), None, HOLDINGS_OF_GUEST), OF_APPLICATION
            ),
            end="End access",
        ),
    ),
    "access-many": (
        SIGNED_IN,
        replace(TOKEN_ACCESS, matrix=rights_matrix(explained(ALL_RIGHTS, None, MANY), OF_TOKEN)),
    ),
    "access-nothing": (SIGNED_IN, replace(TOKEN_ACCESS, matrix=rights_matrix([], OF_TOKEN))),
    "api": (
        SIGNED_IN,
        ApiPage(
            (NIGHTLY, WEATHER), tuple(_row(one) for one in (GARDEN, DOORBELL, BOTH, WEATHER_API)), (WATCH, ARCHIVE), ""
        ),
    ),
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
    "api-registration": (
        SIGNED_IN,
        ApiPage((NIGHTLY,), (_row(GARDEN),), (), "", registration_tokens=(PIPELINE, replace(PIPELINE, expired=True))),
    ),
    "api-registration-none": (SIGNED_IN, ApiPage((NIGHTLY,), (), (), "", registration_tokens=())),
    "registration-token-form": (SIGNED_IN, REGISTRATION_FORM),
    "registration-token-form-refused": (
        SIGNED_IN,
        replace(REGISTRATION_FORM, faults={"name": "Enter a name.", "expires": "Choose when the token expires."}),
    ),
    "registration-token-made": (
        SIGNED_IN,
        RegistrationTokenMadePage(
            PIPELINE.name, TOKEN.replace("glut", "glia"), PIPELINE.expires, f"curl {ORIGIN}/oauth2/register"
        ),
    ),
    "token-form": (SIGNED_IN, TOKEN_FORM),
    "token-form-refused": (
        SIGNED_IN,
        replace(
            TOKEN_FORM,
            scopes=frozenset(),
            expiry="never",
            picker=make_picker(HOLDINGS, frozenset(), fault=NO_RESOURCE),
            faults={
                "name": "Write a name.",
                "scope": "Choose at least one right.",
                "expires": "Choose when the token expires.",
            },
        ),
    ),
    "token-made": (
        SIGNED_IN,
        TokenMadePage(
            NIGHTLY.name, TOKEN, _at("in 90 days", "2027-02-22"), NIGHTLY.rights, curl(ORIGIN, TOKEN), NIGHTLY.cameras
        ),
    ),
    "application-form": (SIGNED_IN, NEW_APPLICATION),
    "application-form-public": (SIGNED_IN, replace(NEW_APPLICATION, kind="public", stays=True)),
    "application-form-resource-server": (SIGNED_IN, replace(NEW_APPLICATION, kind="resource_server")),
    "application-form-refused": (
        SIGNED_IN,
        replace(
            NEW_APPLICATION,
            description=BACKUP.description,
            redirect_uris="http://archive.example.com/callback\n",
            own=True,
            own_scope=frozenset(),
            faults={
                "name": "Enter a name.",
                "own_scope": "Choose at least one right that the application has as itself.",
                "redirect_uris": "http://archive.example.com/callback: must begin with https://.",
            },
        ),
    ),
    "application-form-kind-refused": (
        SIGNED_IN,
        replace(NEW_APPLICATION, name="Shop", kind="secret", faults={"kind": "Choose one of these."}),
    ),
    "application-edit": (SIGNED_IN, _edit(BOTH)),
    "application-edit-refused": (
        SIGNED_IN,
        replace(
            _edit(GARDEN),
            redirect_uris="\nhttp://garden.example.com/callback\n",
            faults={"redirect_uris": "http://garden.example.com/callback: must begin with https://."},
        ),
    ),
    "application-edit-optional": (
        SIGNED_IN,
        replace(
            _edit(GARDEN),
            groups=grouped(ALL_RIGHTS),
            optional_scope=frozenset({"events", "recordings"}),
            optional_rights=labels(frozenset({"events", "recordings"})),
            faults={"optional_scope": "Choose from: events, read."},
        ),
    ),
    "application-edit-resource-server": (SIGNED_IN, _edit(WEATHER_API)),
    "application": (SIGNED_IN, APPLICATION),
    "application-made": (SIGNED_IN, _page(GARDEN, SECRET)),
    "application-public": (SIGNED_IN, _page(DOORBELL)),
    "application-lasting": (SIGNED_IN, _page(WALL)),
    "application-itself": (SIGNED_IN, _page(BACKUP)),
    "application-itself-made": (SIGNED_IN, _page(BACKUP, SECRET)),
    "application-both": (SIGNED_IN, _page(BOTH)),
    "application-resource-server": (SIGNED_IN, _page(WEATHER_API)),
    "application-resource-server-made": (SIGNED_IN, _page(WEATHER_API, SECRET)),
    **{name: (SIGNED_IN, page) for name, page in people_samples.SIGNED_IN_PAGES.items()},
    **{name: (SIGNED_IN, page) for name, page in samples_settings.pages(GARDEN, WALL, WEATHER_API).items()},
    "application-settled": (
        SIGNED_IN,
        replace(APPLICATION, settings=samples_settings.rows(replace(GARDEN, settings=samples_settings.CHOSEN))),
    ),
    **{name: (SIGNED_OUT, page) for name, page in people_samples.SIGNED_OUT_PAGES.items()},
    "error-not-found": (
        SIGNED_IN,
        ErrorPage("Page not found", "There is nothing at this address, or it is not yours to see."),
    ),
    "cameras": (SIGNED_IN, CAMERAS),
    "cameras-none": (SIGNED_IN, CamerasPage(())),
    "camera": (SIGNED_IN, CAMERA),
    "camera-of-a-guest": (
        SIGNED_IN,
        replace(
            CAMERA,
            live="",
            can_move=False,
            can_light=False,
            clips=(),
            recordings=None,
            events=(),
            lacking="Live view, Speak, Move",
            fault="You may no longer do this with the camera.",
        ),
    ),
    "explorer": (SIGNED_IN, EXPLORER),
    "explorer-answered": (SIGNED_IN, replace(EXPLORER, answered=ANSWERED)),
    "explorer-exact": (
        SIGNED_IN,
        replace(
            EXPLORER,
            scopes=frozenset({"read", "liveview"}),
            enough=True,
            answered=replace(ANSWERED, errors=0, text='{\n  "data": {}\n}'),
        ),
    ),
    "explorer-refused": (
        SIGNED_IN,
        replace(
            EXPLORER,
            query="{",
            variables="{",
            least=None,
            faults={"query": "Write a query, or begin with one of the examples.", "variables": "This is not JSON."},
        ),
    ),
    "hand-over": (
        SIGNED_OUT,
        HandOverPage("https://garden.example.com/cb", "garden.example.com", (("code", "glac_1"), ("state", "s"))),
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
    fields = ("name", "description", "kind", "own_scope", "optional_scope", "redirect_uris")
    box = CameraPicker(evil, True, False, (CameraGroup(evil, (CameraBox(evil, evil, True),)),), evil)
    cell = Cell(rights[0].rights[0], (evil,))
    matrix = RightsMatrix(rights[0].rights, (MatrixRow((evil,) * 5, evil, (cell,)),), (Reason(evil, evil),))
    everything = frozenset({"evil"})
    kind = KindChoice("confidential", evil, evil)
    models: tuple[PageModel, ...] = (
        ErrorPage(evil, evil, evil),
        HandOverPage(evil, evil, ((evil, evil),)),
        SignInPage(evil, evil, evil, evil, evil),
        ConsentPage(
            evil,
            evil,
            evil,
            evil,
            evil,
            evil,
            rights,
            False,
            evil,
            evil,
            evil,
            everything,
            everything,
            box,
            False,
            evil,
            stranger=Stranger(evil, (Link(evil, evil, evil),)),
        ),
        DevicePage(evil, evil, True, evil),
        DeviceConsentPage(*(evil,) * 6, rights, False, evil, evil, evil, user_code=evil, address=evil, began=moment),
        DeviceDonePage(evil, True),
        AccessPage(evil, evil, evil, evil, ((evil, moment),), matrix, evil, evil, evil),
        ApiPage(
            (TokenRow(evil, evil, evil, moment, moment, True, moment, evil, evil, evil),),
            (ApplicationRow(evil, evil, evil, evil, True, 1, moment, True, evil),),
            (AuthorizedRow(evil, evil, evil, evil, True, moment, moment, evil, evil, evil, sign_in_url=evil),),
            evil,
            evil,
            registration_tokens=(RegistrationTokenRow(evil, moment, moment, True, moment, evil),),
        ),
        TokenFormPage(evil, evil, rights, (Expiry(evil, evil, evil),), evil, faults=form_faults, picker=box),
        TokenMadePage(evil, evil, moment, evil, evil, evil),
        RegistrationTokenFormPage(evil, evil, (Expiry(evil, evil, evil),), evil, evil, evil, form_faults),
        RegistrationTokenMadePage(evil, evil, moment, evil),
        ApplicationFormPage(
            *(evil,) * 9,
            kinds=(kind,),
            own=True,
            groups=rights,
            optional_rights=evil,
            faults=dict.fromkeys(fields, evil),
        ),
        replace(
            APPLICATION,
            name=evil,
            description=evil,
            client_id=evil,
            client_secret=evil,
            kind=evil,
            kind_label=evil,
            abilities=(evil,),
            own_groups=rights,
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
            first_use=Example(evil, evil, evil),
            optional_rights=evil,
            issuer=evil,
            settings=(SettingsRow("evil", evil, (evil,), evil),),
        ),
        *people_samples.hostile(evil, moment),
        *samples_settings.hostile(evil),
        CamerasPage((CameraCard(evil, evil, evil, evil, evil),)),
        CameraPage(
            evil,
            evil,
            evil,
            evil,
            True,
            True,
            True,
            (ClipChoice(evil, evil),),
            (RecordingCard(moment, 1, evil, evil),),
            (EventRow(evil, evil, moment),),
            evil,
            evil,
        ),
        ExplorerPage(
            evil,
            (Ready(evil, evil, evil, True),),
            rights[0].rights,
            evil,
            evil,
            frozenset({"evil"}),
            rights[0].rights,
            False,
            Answered(200, evil, 2, evil, evil),
            ((evil, (FieldDoc(evil, evil, evil),)),),
            {"query": evil, "variables": evil},
        ),
    )
    return {f"hostile-{model.template.removesuffix('.html')}": (frame, model) for model in models}
