# mypy: ignore-errors
# Runs in the peers' own environment, which the type checker doesn't see.
"""django-oauth-toolkit as a site of its own: `dot_site:application` for gunicorn.

python dot_site.py fill             makes the tables, users and applications
python dot_site.py LOAD COUNT FILE  writes requests, with new codes and tokens where they need them

BENCH_DATABASE names the SQLite file; BENCH_HASHING=1 keeps the hashing of client secrets, which is on by default.
"""

import datetime
import os
import sys

import django
from django.conf import settings

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import asks

HASHING = os.environ.get("BENCH_HASHING") == "1"
SHARED_SECRET = "a".ljust(43, "x")  # hashing 4000 different ones would take a quarter of an hour

settings.configure(
    DEBUG=False,
    ALLOWED_HOSTS=["127.0.0.1"],
    SECRET_KEY=asks.secret(),
    ROOT_URLCONF="dot_site",
    USE_TZ=True,
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "oauth2_provider"],
    MIDDLEWARE=[],  # the endpoints need none, and each costs time
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.environ["BENCH_DATABASE"],
            "CONN_MAX_AGE": None,  # connections stay open
            "OPTIONS": {
                # What Django's documentation gives for production on SQLite, but for synchronous=NORMAL, which may
                # lose what was answered.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL",
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
            },
        }
    },
    LOGGING_CONFIG=None,
    OAUTH2_PROVIDER={
        "SCOPES": {"read": "Read", "liveview": "Watch", "introspection": "Introspect"},
        "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
        "PKCE_REQUIRED": False,
    },
)
django.setup()

from django.contrib.auth.hashers import make_password  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.urls import include, path  # noqa: E402
from django.utils import timezone  # noqa: E402
from oauth2_provider.models import AccessToken, Application, Grant, RefreshToken  # noqa: E402

urlpatterns = [path("o/", include("oauth2_provider.urls", namespace="oauth2_provider"))]
application = get_wsgi_application()

KINDS = {
    "machine": (Application.CLIENT_CONFIDENTIAL, Application.GRANT_CLIENT_CREDENTIALS),
    "web": (Application.CLIENT_CONFIDENTIAL, Application.GRANT_AUTHORIZATION_CODE),
    "phone": (Application.CLIENT_PUBLIC, Application.GRANT_AUTHORIZATION_CODE),
    "api": (Application.CLIENT_CONFIDENTIAL, Application.GRANT_CLIENT_CREDENTIALS),
}


def secret_of(client):
    return SHARED_SECRET if HASHING else asks.client_secret(client)


def fill():
    call_command("migrate", verbosity=0)
    User.objects.bulk_create(User(username=f"user{n}", password="!") for n in range(asks.USERS))
    hashed = make_password(SHARED_SECRET) if HASHING else None
    for kind, (client_type, grant_type) in KINDS.items():
        Application.objects.bulk_create(
            Application(
                client_id=client,
                client_secret=hashed or asks.client_secret(client),
                hash_client_secret=HASHING,
                client_type=client_type,
                authorization_grant_type=grant_type,
                redirect_uris=asks.REDIRECT_URI,
                name=client,
            )
            for client in (asks.client_id(kind, n) for n in range(asks.CLIENTS))
        )


def owners(kind, count):
    """Users and applications at random, `count` times."""
    users = list(User.objects.values_list("id", flat=True))
    apps = dict(Application.objects.filter(client_id__startswith=f"{kind}-").values_list("client_id", "id"))
    for number in range(count):
        client = asks.client_id(kind)
        yield users[number % len(users)], client, apps[client]


def expires():
    return timezone.now() + datetime.timedelta(seconds=asks.LIFETIME)


def access_tokens(kind, count):
    """New access tokens, each with its client."""
    rows, clients = [], []
    for user, client, app in owners(kind, count):
        rows.append(
            AccessToken(user_id=user, application_id=app, token=asks.secret(), expires=expires(), scope=asks.SCOPE)
        )
        clients.append(client)
    checksums(rows)
    return zip(clients, AccessToken.objects.bulk_create(rows), strict=True)


def checksums(rows):
    """bulk_create leaves out what the checksum field does before a save."""
    for row in rows:
        row.token_checksum = AccessToken._meta.get_field("token_checksum").pre_save(row, True)


def client_credentials(count):
    for number in range(count):
        client = asks.client_id("machine", number)
        yield "/o/token/", asks.basic(client, secret_of(client)), "grant_type=client_credentials&scope=read"


def code(count):
    rows, made = [], []
    for user, client, app in owners("web", count):
        rows.append(
            Grant(
                user_id=user,
                application_id=app,
                code=asks.secret(),
                expires=expires(),
                redirect_uri=asks.REDIRECT_URI,
                scope=asks.SCOPE,
            )
        )
        made.append((client, rows[-1].code))
    Grant.objects.bulk_create(rows)
    for client, text in made:
        body = f"grant_type=authorization_code&code={text}&redirect_uri={asks.REDIRECT_URI}"
        yield "/o/token/", asks.basic(client, secret_of(client)), body


def rotation(count):
    rows, made = [], []
    for client, access in access_tokens("phone", count):
        rows.append(
            RefreshToken(
                user_id=access.user_id,
                application_id=access.application_id,
                token=asks.secret(),
                access_token=access,
            )
        )
        made.append((client, rows[-1].token))
    if hasattr(RefreshToken, "token_checksum"):
        for row in rows:
            row.token_checksum = RefreshToken._meta.get_field("token_checksum").pre_save(row, True)
    RefreshToken.objects.bulk_create(rows)
    for client, text in made:
        yield "/o/token/", "", f"grant_type=refresh_token&refresh_token={text}&client_id={client}"


def introspection(count):
    for number, (_, access) in enumerate(access_tokens("web", count)):
        client = asks.client_id("api", number)
        yield "/o/introspect/", asks.basic(client, secret_of(client)), f"token={access.token}"


def revocation(count):
    for client, access in access_tokens("web", count):
        yield "/o/revoke_token/", asks.basic(client, secret_of(client)), f"token={access.token}"


if __name__ == "__main__":
    if sys.argv[1] == "fill":
        fill()
    else:
        load, count, file = sys.argv[1:]
        with transaction.atomic():
            asks.write(file, globals()[load](int(count)))
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
