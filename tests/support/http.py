"""One HTTP client for whoever asks the server and is nobody's browser.

Most of what a new client costs is reading the system's certificates, which no test needs: our servers speak http."""

import ssl

import httpx2

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
TIMEOUT = 30.0  # seconds
HTTP = httpx2.Client(verify=NO_TLS, timeout=TIMEOUT)
