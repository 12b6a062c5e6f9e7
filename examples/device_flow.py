"""A device without a browser: shows a code, waits for somebody to let it in from their phone, and lists the cameras.

    GATELODGE_CLIENT_ID=… python examples/device_flow.py

GATELODGE_SERVER (http://localhost:8000) says where Gatelodge is, GATELODGE_CLIENT_SECRET is for an application that has
one, GATELODGE_SCOPE (`read liveview`) is what is asked for. Needs httpx2 and segno. The device flow is RFC 8628.
"""

import os
import sys
import time
from typing import Any

import httpx2
import segno

SERVER = os.environ.get("GATELODGE_SERVER", "http://localhost:8000")
SCOPE = os.environ.get("GATELODGE_SCOPE", "read liveview")
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"


def client() -> dict[str, str]:
    """Who we are."""
    said = {"client_id": os.environ["GATELODGE_CLIENT_ID"]}
    if secret := os.environ.get("GATELODGE_CLIENT_SECRET"):
        said["client_secret"] = secret
    return said


def show(asked: dict[str, Any]) -> None:
    """Tell whoever stands in front of the device what to do."""
    segno.make(asked["verification_uri_complete"]).terminal(compact=True)
    print(f"Open {asked['verification_uri']} on your phone, or scan the code above.")
    print(f"The code is {asked['user_code']}", flush=True)


def wait(asked: dict[str, Any]) -> dict[str, Any]:
    """Ask until somebody has answered: with tokens, or with the error that ends it (RFC 8628 §3.5)."""
    interval = asked["interval"]
    form = {**client(), "grant_type": DEVICE_CODE, "device_code": asked["device_code"]}
    while True:
        time.sleep(interval)
        try:
            answer: dict[str, Any] = httpx2.post(f"{SERVER}/oauth2/token", data=form).json()
        except httpx2.TransportError:
            interval *= 2  # the network is away: ask less often
            continue
        if answer.get("error") == "slow_down":
            interval += 5
        elif answer.get("error") != "authorization_pending":
            return answer


def main() -> int:
    """Run the flow; 1 where nobody let the device in."""
    asked = httpx2.post(f"{SERVER}/oauth2/device_authorization", data={**client(), "scope": SCOPE}).json()
    if "error" in asked:
        print(f"{asked['error']}: {asked.get('error_description', '')}", file=sys.stderr)
        return 1
    show(asked)
    answer = wait(asked)
    if "error" in answer:
        print(f"Not let in: {answer['error']}", file=sys.stderr)
        return 1
    cameras = httpx2.post(
        f"{SERVER}/api/graphql",
        headers={"Authorization": f"Bearer {answer['access_token']}"},
        json={"query": "{cameraList{name}}"},
    ).json()
    for camera in cameras["data"]["cameraList"]:
        print(camera["name"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
