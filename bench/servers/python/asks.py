# mypy: ignore-errors
# Runs in the peers' own environment, which the type checker doesn't see.
"""What both Python peers share: credentials, and files of requests as bench/loads/replay.lua reads them."""

import base64
import random
import secrets

CLIENTS = 4000
USERS = 1000
LIFETIME = 86_400  # seconds
REDIRECT_URI = "https://app.example.com/callback"
SCOPE = "liveview read"
FORM = "application/x-www-form-urlencoded"


def basic(client_id, client_secret):
    """A client's credentials as an Authorization header."""
    return "Basic " + base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()


def secret():
    """As random as ours."""
    return secrets.token_urlsafe(32)


def client_id(kind, number=None):
    """One of the clients of a kind, any of them unless a number is given."""
    return f"{kind}-{random.randrange(CLIENTS) if number is None else number % CLIENTS}"


def client_secret(name):
    """Known to whoever prepares requests, and as long as a random one."""
    return f"secret-of-{name}".ljust(43, "x")


def write(file, asks):
    """Write (path, authorization, body) triples."""
    with open(file, "w", encoding="ascii") as out:
        for path, authorization, body in asks:
            out.write(f"{path}\t{authorization}\t{FORM}\t{body}\n")
