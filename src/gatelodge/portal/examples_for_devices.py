"""Examples of the grants that take no redirect: a device without a browser (RFC 8628), one token for another
(RFC 8693), an assertion about somebody who is away (RFC 7523)."""

from gatelodge.portal.models import Example
from gatelodge.protocol.client import DEVICE_CODE, JWT_BEARER, TOKEN_EXCHANGE
from gatelodge.protocol.credentials import public_id
from gatelodge.protocol.token_exchange import ACCESS_TOKEN
from gatelodge.service.records import Application

SCOPES = "read liveview"


def device_examples(origin: str, application: Application, secret: str | None) -> tuple[Example, ...]:
    """From the codes to the tokens; `secret` is None for a public application."""
    return (
        Example(
            "On a device: curl",
            "sh",
            f"{device_curl(origin, application, secret)}\n\n{_poll(origin, application, secret)}",
        ),
        Example("On a device: Python", "python", _python(origin, application, secret)),
    )


def exchange_examples(origin: str, application: Application, secret: str | None) -> tuple[Example, ...]:
    """A narrower token for a lasting one."""
    return (Example("A token for a token: curl", "sh", exchange_token_curl(origin, application, secret)),)


def assertion_examples(origin: str, application: Application, secret: str | None) -> tuple[Example, ...]:
    """A token for somebody who is away."""
    return (Example("For somebody who is away: Python", "python", _assertion(origin, application, secret)),)


def device_curl(origin: str, application: Application, secret: str | None) -> str:
    """A device's first request."""
    return (
        "# the answer has the code to show, the address where it is typed, and the device_code\n"
        f"curl {origin}/oauth2/device_authorization \\\n"
        f'{_client(application, secret)} \\\n  -d "scope={SCOPES}"'
    )


def exchange_token_curl(origin: str, application: Application, secret: str | None) -> str:
    """One token for another."""
    return (
        "# a token that may only read, for a few minutes; it ends with the first one\n"
        f"curl {origin}/oauth2/token \\\n"
        f"  -d grant_type={TOKEN_EXCHANGE} \\\n"
        "  -d subject_token=A_TOKEN \\\n"
        f"  -d subject_token_type={ACCESS_TOKEN} \\\n"
        f"  -d scope=read \\\n{_client(application, secret)}"
    )


def _poll(origin: str, application: Application, secret: str | None) -> str:
    return (
        "# every five seconds, until the answer is no longer authorization_pending\n"
        f"curl {origin}/oauth2/token \\\n"
        f"  -d grant_type={DEVICE_CODE} \\\n"
        f"  -d device_code=THE_DEVICE_CODE \\\n{_client(application, secret)}"
    )


def _client(application: Application, secret: str | None) -> str:
    client = f"  -d client_id={public_id(application.id)}"
    return client if secret is None else f"{client} \\\n  -d client_secret={secret}"


def _python(origin: str, application: Application, secret: str | None) -> str:
    client = f'"client_id": "{public_id(application.id)}"'
    if secret is not None:
        client += f', "client_secret": "{secret}"'
    return (
        "# pip install httpx2 segno\n"
        "import time\n\nimport httpx2\nimport segno\n\n"
        f'SERVER = "{origin}"\nCLIENT = {{{client}}}\n\n'
        f'ASK = {{**CLIENT, "scope": "{SCOPES}"}}\n'
        'asked = httpx2.post(f"{SERVER}/oauth2/device_authorization", data=ASK).json()\n'
        'segno.make(asked["verification_uri_complete"]).terminal(compact=True)\n'
        "print(f\"Open {asked['verification_uri']} and type {asked['user_code']}\")\n"
        'wait = asked["interval"]\n'
        "while True:\n"
        "    time.sleep(wait)\n"
        "    answer = httpx2.post(\n"
        '        f"{SERVER}/oauth2/token",\n'
        "        data={\n"
        "            **CLIENT,\n"
        f'            "grant_type": "{DEVICE_CODE}",\n'
        '            "device_code": asked["device_code"],\n'
        "        },\n"
        "    ).json()\n"
        '    if answer.get("error") == "slow_down":\n'
        "        wait += 5\n"
        '    elif answer.get("error") != "authorization_pending":\n'
        "        break\n"
        "print(answer)"
    )


def _assertion(origin: str, application: Application, secret: str | None) -> str:
    client = public_id(application.id)
    return (
        "# pip install httpx2 joserfc; the public half of the key belongs into this application’s settings\n"
        "import time\nimport uuid\nfrom pathlib import Path\n\n"
        "import httpx2\nfrom joserfc import jwt\nfrom joserfc.jwk import ECKey\n\n"
        f'SERVER = "{origin}"\n'
        'key = ECKey.import_key(Path("private.pem").read_bytes())\n'
        "now = int(time.time())\n"
        "claims = {\n"
        f'    "iss": "{client}",\n'
        '    "sub": "somebody@example.com",  # who has allowed this application something before\n'
        '    "aud": SERVER,\n'
        '    "iat": now,\n'
        '    "exp": now + 60,\n'
        '    "jti": str(uuid.uuid4()),\n'
        "}\n"
        "answer = httpx2.post(\n"
        '    f"{SERVER}/oauth2/token",\n'
        f'    auth=("{client}", "{secret}"),\n'
        "    data={\n"
        f'        "grant_type": "{JWT_BEARER}",\n'
        '        "assertion": jwt.encode({"alg": "ES256"}, claims, key),\n'
        "    },\n"
        ")\n"
        "print(answer.json())"
    )
