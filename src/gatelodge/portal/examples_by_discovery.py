"""The example that knows the issuer's address and finds out the rest (OpenID Connect Discovery §4, RFC 8414 §3)."""

import json

from gatelodge.portal.models import Example

TITLE = "Node with discovery"


def discovery_example(origin: str, client_id: str, secret: str | None, redirect_uri: str) -> Example:
    """From the issuer's address to who signed in; `secret` is None for a public application."""
    known = json.dumps(secret) if secret else "undefined"
    who = [f"  new URL({json.dumps(origin)})", f"  {json.dumps(client_id)}", f"  {known}"]
    plain_http = origin.startswith("http://")
    if plain_http or not secret:
        who.append(f"  {'undefined' if secret else 'client.None()'}")
    if plain_http:
        who.append("  { execute: [client.allowInsecureRequests] }")
    arguments = ",\n".join(who)
    return Example(
        TITLE,
        "javascript",
        "// npm install openid-client\n"
        'import * as client from "openid-client";\n'
        'import { createInterface } from "node:readline/promises";\n\n'
        f"const config = await client.discovery(\n{arguments},\n);\n"
        "const verifier = client.randomPKCECodeVerifier();\n"
        "const state = client.randomState();\n"
        "const url = client.buildAuthorizationUrl(config, {\n"
        f"  redirect_uri: {json.dumps(redirect_uri)},\n"
        '  scope: "openid read",\n'
        "  state,\n"
        "  code_challenge: await client.calculatePKCECodeChallenge(verifier),\n"
        '  code_challenge_method: "S256",\n'
        "});\n"
        'console.log("Open this address:", url.href);\n'
        "const terminal = createInterface(process.stdin, process.stdout);\n"
        'const answer = await terminal.question("Paste the address that you were sent to: ");\n'
        "terminal.close();\n"
        "const tokens = await client.authorizationCodeGrant(config, new URL(answer), {\n"
        "  pkceCodeVerifier: verifier,\n"
        "  expectedState: state,\n"
        "});\n"
        "console.log(tokens.claims());",
    )
