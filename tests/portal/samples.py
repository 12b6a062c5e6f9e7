"""A sample of every page, in every shape that it has: what the tests check and the screenshots show."""

from gatelodge.identity.rights import CATALOGUE, Group, Right
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

ACCENT = "#1f5fbf"
SIGNED_OUT = Frame("North Cloud", csrf="csrf-of-a-browser", asset_version="a1", theme_version="1f5fbf")
SIGNED_IN = Frame(
    "North Cloud",
    "Olga Owner",
    "owner@example.com",
    "csrf-of-a-session",
    asset_version="a1",
    theme_version="1f5fbf",
)
NEVER = Moment("never", "", "")
HOSTILE = "<script>alert('x')</script>\"&"


def _at(text: str, day: str) -> Moment:
    return Moment(text, f"{day} 05:45 UTC", f"{day}T05:45:00Z")


def groups(*names: str) -> tuple[RightGroup, ...]:
    """The rights of these names, all of them where there are none, under their headings."""
    rights = [right for right in CATALOGUE if not names or right.name in names]
    grouped = ((group, tuple(right for right in rights if right.group == group)) for group in Group)
    return tuple(RightGroup(group.value, found) for group, found in grouped if found)


EXPIRIES = (
    Expiry("7d", "In 7 days"),
    Expiry("30d", "In 30 days"),
    Expiry("90d", "In 90 days"),
    Expiry("365d", "In a year"),
    Expiry("never", "Never", "Whoever finds this token can use it until you end it."),
)
TOKEN = "glut_1kZq8WnTd04_7uYb3mCq0XvR9sLkE2hJ5tGpZ8aWnDf4o1HgM0cUe"
SECRET = "glcs_1kZq8Wp2Xa1_Q4vN7yBt2LrM6cKxW9dHs3JfGz5Te8uPaV0iRq1n"
CURL = (
    f"curl -H 'Authorization: Bearer {TOKEN}' \\\n  --json '{{\"query\": \"{{cameraList{{name}}}}\"}}' \\\n"
    "  https://cloud.example.com/api/graphql"
)
AUTHORIZE = (
    "https://cloud.example.com/oauth2/auth?response_type=code&client_id=garden-monitor-7f3k2&scope=read,liveview"
    "&redirect_uri=https%3A%2F%2Fgarden.example.com%2Fcallback&state=STATE"
)
PYTHON = """\
import httpx

answer = httpx.post(
    "https://cloud.example.com/oauth2/token",
    data={
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": "https://garden.example.com/callback",
        "client_id": "garden-monitor-7f3k2",
        "client_secret": secret,
    },
)
token = answer.json()["access_token"]
"""

CONSENT = ConsentPage(
    action="/oauth2/consent/1kZq8WnTd04",
    switch_url="/signin?next=%2Foauth2%2Fconsent%2F1kZq8WnTd04",
    application="Garden Monitor",
    initial="G",
    owner="North Farm",
    account_email="owner@example.com",
    groups=groups("read", "liveview", "liveview_audioclip", "events"),
    lasting=True,
    duration="",
    destination="garden.example.com",
    account="North Farm",
)
API = ApiPage(
    tokens=(
        TokenRow(
            "1", "Nightly backup", "Names and settings, Watch recordings", _at("3 days ago", "2026-11-21"),
            _at("in 87 days", "2027-02-19"), False, _at("2 hours ago", "2026-11-24"), "/api-access/tokens/1/end",
        ),
        TokenRow(
            "2", "Old weather station", "Live view", _at("a year ago", "2025-11-02"),
            _at("3 weeks ago", "2026-11-02"), True, NEVER, "/api-access/tokens/2/end",
        ),
    ),
    applications=(
        ApplicationRow(
            "Garden Monitor", "Shows the garden on a tablet in the kitchen.", "garden-monitor-7f3k2", "Confidential",
            12, _at("2 months ago", "2026-09-20"), False, "/api-access/applications/1",
        ),
        ApplicationRow(
            "Doorbell for phones", "", "doorbell-9x2m4", "Public", 0, _at("yesterday", "2026-11-23"), True,
            "/api-access/applications/2",
        ),
    ),
    authorized=(
        AuthorizedRow(
            "1", "Harbour Watch", "Harbour View Ltd", "Live view, Events", False, _at("5 months ago", "2026-06-20"),
            _at("a minute ago", "2026-11-24"), "/api-access/authorized/1/end",
        ),
        AuthorizedRow(
            "2", "Archive Keeper", "Northern Archives", "Watch recordings, Delete recordings", True,
            _at("2 weeks ago", "2026-11-10"), NEVER, "/api-access/authorized/2/end",
        ),
    ),
    why_no_applications="",
)  # fmt: skip
APPLICATION = ApplicationPage(
    name="Garden Monitor",
    description="Shows the garden on a tablet in the kitchen.",
    client_id="garden-monitor-7f3k2",
    client_secret=None,
    confidential=True,
    owner="North Farm",
    created=_at("2 months ago", "2026-09-20"),
    created_by="Olga Owner",
    secret_created=_at("2 months ago", "2026-09-20"),
    redirect_uris=("https://garden.example.com/callback", "http://127.0.0.1:9000/callback"),
    users=12,
    disabled=False,
    examples=(
        Example("Ask for access", "url", AUTHORIZE),
        Example("Exchange the code with curl", "shell", CURL),
        Example("Exchange the code in Python", "python", PYTHON),
    ),
    edit_url="/api-access/applications/1/edit",
    secret_action="/api-access/applications/1/secret",
    delete_action="/api-access/applications/1/delete",
)
NEW_APPLICATION = ApplicationFormPage(
    action="/api-access/applications/new",
    title="New application",
    submit="Create application",
    cancel_url="/api-access",
    once="once-1",
)
TOKEN_FORM = TokenFormPage("/api-access/tokens/new", "once-1", groups(), EXPIRIES)

PAGES: dict[str, tuple[Frame, PageModel]] = {
    "sign-in": (SIGNED_OUT, SignInPage("/signin", "Garden Monitor", next="/oauth2/consent/1kZq8WnTd04")),
    "sign-in-refused": (
        SIGNED_OUT,
        SignInPage(
            "/signin", email="owner@example.com", error="The e-mail address or the password is wrong. Check both and try again."
        ),
    ),
    "consent": (SIGNED_IN, CONSENT),
    "consent-everything": (
        SIGNED_IN,
        ConsentPage(
            "/oauth2/consent/1", "/signin", "Doorbell for phones", "D", "North Farm", "guest@example.com", groups(),
            False, "one hour", "a program on this computer (127.0.0.1)",
        ),
    ),
    "api": (SIGNED_IN, API),
    "api-empty": (SIGNED_IN, ApiPage((), (), (), "")),
    "api-guest": (
        SIGNED_IN,
        ApiPage((), (), (), "Only users with full access to an account can make applications. Ask its owner.", notice="The token “Nightly backup” was ended."),
    ),
    "token-form": (SIGNED_IN, TOKEN_FORM),
    "token-form-refused": (
        SIGNED_IN,
        TokenFormPage(
            "/api-access/tokens/new", "once-1", groups(), EXPIRIES, name="", scopes=frozenset({"read"}), expiry="never",
            faults={"name": "Write a name.", "scope": "Choose at least one right.", "expires": "Choose one of these."},
        ),
    ),
    "token-made": (
        SIGNED_IN,
        TokenMadePage("Nightly backup", TOKEN, _at("in 90 days", "2027-02-22"), "Names and settings, Watch recordings", CURL),
    ),
    "application-form": (SIGNED_IN, NEW_APPLICATION),
    "application-form-refused": (
        SIGNED_IN,
        ApplicationFormPage(
            "/api-access/applications/1/edit", "Edit Garden Monitor", "Save changes", "/api-access/applications/1",
            name="Garden Monitor", description="Shows the garden.", redirect_uris="http://garden.example.com/callback\n",
            new=False, faults={"redirect_uris": "Line 1 must begin with https:// (http:// is only for this computer)."},
        ),
    ),
    "application": (SIGNED_IN, APPLICATION),
    "application-made": (
        SIGNED_IN,
        ApplicationPage(
            "Garden Monitor", "", "garden-monitor-7f3k2", SECRET, True, "North Farm", _at("now", "2026-11-24"), "Olga Owner",
            _at("now", "2026-11-24"), ("https://garden.example.com/callback",), 0, False, APPLICATION.examples,
            "/api-access/applications/1/edit", "/api-access/applications/1/secret", "/api-access/applications/1/delete",
            notice="The application “Garden Monitor” was made.",
            curl=f"curl -d grant_type=authorization_code -d code=CODE \\\n  -d client_id=garden-monitor-7f3k2 -d client_secret={SECRET} \\\n  https://cloud.example.com/oauth2/token",
        ),
    ),
    "application-public": (
        SIGNED_IN,
        ApplicationPage(
            "Doorbell for phones", "", "doorbell-9x2m4", None, False, "North Farm", _at("now", "2026-11-24"), "Olga Owner",
            None, ("https://doorbell.example.com/callback",), 1, True, APPLICATION.examples[:1],
            "/api-access/applications/2/edit", "/api-access/applications/2/secret", "/api-access/applications/2/delete",
        ),
    ),
    "error": (
        SIGNED_OUT,
        ErrorPage(
            "This link does not work",
            "The application that sent you here asked to be answered at an address that it has not registered. Go back to it, and tell whoever made it.",
            "You sent https://garden.example.com/cb/, registered is https://garden.example.com/callback.",
        ),
    ),
}  # fmt: skip


def hostile_pages() -> dict[str, tuple[Frame, PageModel]]:
    """Every page, with markup in whatever somebody could have written."""
    evil = HOSTILE
    moment = Moment(evil, evil, evil)
    rights = (RightGroup(evil, (Right("evil", Group.SEE, evil, evil, risk=evil),)),)
    frame = Frame(evil, evil, evil, evil, evil, evil)
    examples = (Example(evil, evil, evil),)
    models: tuple[PageModel, ...] = (
        ErrorPage(evil, evil, evil),
        SignInPage(evil, evil, evil, evil, evil),
        ConsentPage(evil, evil, evil, evil, evil, evil, rights, False, evil, evil, evil),
        ApiPage(
            (TokenRow(evil, evil, evil, moment, moment, True, moment, evil),),
            (ApplicationRow(evil, evil, evil, evil, 1, moment, True, evil),),
            (AuthorizedRow(evil, evil, evil, evil, True, moment, moment, evil),),
            evil, evil, evil, evil,
        ),
        TokenFormPage(
            evil, evil, rights, (Expiry(evil, evil, evil),), evil, faults={"": evil, "name": evil, "scope": evil, "expires": evil}
        ),
        TokenMadePage(evil, evil, moment, evil, evil),
        ApplicationFormPage(
            evil, evil, evil, evil, evil, evil, evil, evil, faults={"name": evil, "description": evil, "redirect_uris": evil}
        ),
        ApplicationPage(
            evil, evil, evil, evil, True, evil, moment, evil, moment, (evil,), 1, True, examples, evil, evil, evil, evil, evil
        ),
    )  # fmt: skip
    return {f"hostile-{model.template.removesuffix('.html')}": (frame, model) for model in models}
