"""A real Apache on this computer, as a relying party by mod_auth_openidc: it knows the issuer and who it is."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from tests.support.http import NO_TLS
from tests.support.server import free_port

APACHE = "/usr/sbin/apache2"
MODULES = "/usr/lib/apache2/modules"
START_TIMEOUT = 20.0  # seconds
MISSING = "Apache with mod_auth_openidc is not there: run scripts/apache."
NOBODY = "User #65534\nGroup #65534"  # as root, Apache gives that up

CONFIGURATION = """\
ServerRoot {folder}
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
PidFile {folder}/apache.pid
ErrorLog {folder}/error.log
LogLevel warn
Mutex file:{folder}
DefaultRuntimeDir {folder}
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authn_core_module {modules}/mod_authn_core.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule authz_user_module {modules}/mod_authz_user.so
LoadModule include_module {modules}/mod_include.so
LoadModule mime_module {modules}/mod_mime.so
LoadModule auth_openidc_module {modules}/mod_auth_openidc.so
{user}
DocumentRoot {folder}/pages
TypesConfig /dev/null
AddType text/html .html

OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCClientID {client_id}
OIDCClientSecret {client_secret}
OIDCRedirectURI {origin}/members/back
OIDCCryptoPassphrase only-for-these-tests
OIDCScope "{scope}"
OIDCDefaultLoggedOutURL {origin}/bye.html
{more}
<Directory {folder}/pages>
  Options +Includes
  SetOutputFilter INCLUDES
  Require all granted
</Directory>
<Location /members>
  AuthType openid-connect
  Require valid-user
</Location>
"""
PAGE = (
    '<!doctype html><html lang="en"><title>Members</title><link rel="icon" href="data:,"><h1>Members</h1>'
    '<p id="who"><!--#echo var="OIDC_CLAIM_sub" --></p><p id="email"><!--#echo var="OIDC_CLAIM_email" --></p>'
    '<p id="issuer"><!--#echo var="OIDC_CLAIM_iss" --></p></html>'
)
BYE = '<!doctype html><html lang="en"><title>Bye</title><link rel="icon" href="data:,"><h1>Bye</h1></html>'


@dataclass(frozen=True)
class RelyingParty:
    """A site whose members sign in elsewhere."""

    folder: Path
    port: int

    @property
    def origin(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def back(self) -> str:
        """The redirect URI that it has to be registered with."""
        return f"{self.origin}/members/back"

    @property
    def bye(self) -> str:
        """Where people land once they have signed out."""
        return f"{self.origin}/bye.html"

    @property
    def log(self) -> str:
        """What Apache complained of."""
        return (self.folder / "error.log").read_text()

    @contextmanager
    def running(
        self, issuer: str, client_id: str, client_secret: str, *, scope: str = "openid", more: str = ""
    ) -> Iterator[None]:
        """Serve for as long as the block lasts. `more` are further directives."""
        apache, modules = os.environ.get("APACHE", APACHE), os.environ.get("APACHE_MODULES", MODULES)
        assert Path(modules, "mod_auth_openidc.so").is_file(), MISSING
        configuration = self.folder / "apache.conf"
        configuration.write_text(
            CONFIGURATION.format(
                folder=self.folder,
                port=self.port,
                origin=self.origin,
                modules=modules,
                user=NOBODY if os.getuid() == 0 else "",
                issuer=issuer,
                client_id=client_id,
                client_secret=client_secret,
                scope=scope,
                more=more,
            )
        )
        process = subprocess.Popen([apache, "-f", str(configuration), "-D", "FOREGROUND"])
        try:
            self._wait(process)
            yield
        finally:
            process.terminate()
            process.wait(30)

    def _wait(self, process: "subprocess.Popen[bytes]") -> None:
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline:
            assert process.poll() is None, self.log
            try:
                httpx2.get(self.bye, verify=NO_TLS)
            except httpx2.TransportError:
                time.sleep(0.05)
            else:
                return
        raise TimeoutError(self.log)


@contextmanager
def relying_party() -> Iterator[RelyingParty]:
    """A site that isn't served yet, in a folder that Apache can read whoever it runs as."""
    folder = Path(tempfile.mkdtemp(prefix="gatelodge-apache-"))
    try:
        folder.chmod(0o755)
        pages = folder / "pages"
        (pages / "members").mkdir(parents=True)
        (pages / "members" / "index.html").write_text(PAGE)
        (pages / "bye.html").write_text(BYE)
        yield RelyingParty(folder, free_port())
    finally:
        shutil.rmtree(folder)
