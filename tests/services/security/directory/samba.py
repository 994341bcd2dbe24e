"""A real Active Directory domain (Samba on 127.0.0.1), with accounts created as an administrator would. Needs root."""

import os
import shutil
import subprocess
from pathlib import Path

from deploy.local.process import Child, start, wait_until
from tests.services.security.directory.slapd import Authority

PORT = 636
BASE = "DC=alamo,DC=example"
PACKAGES = "samba samba-dsdb-modules samba-vfs-modules samba-ad-provision python3-samba winbind"


class Samba:
    """A domain controller that serves only the directory."""

    def __init__(self, place: Path):
        if os.geteuid() != 0 or shutil.which("samba-tool", path="/usr/bin:/usr/sbin:/bin") is None:
            raise RuntimeError(f"A domain controller needs root and the Debian packages {PACKAGES}.")
        self._place = place
        self._configuration = place / "dc" / "etc" / "smb.conf"
        self.authority = Authority(place)
        self.authority.issue("localhost")
        (place / "server.key").chmod(0o600)
        self._provision()
        self.child = self._start()

    def _provision(self) -> None:
        options = {
            "interfaces": "lo",
            "bind interfaces only": "yes",
            # Keeps file attributes in a database, because not every file system supports them.
            "vfs objects": "dfs_samba4 acl_xattr xattr_tdb",
            "xattr_tdb:file": f"{self._place}/xattr.tdb",
            "server services": "ldap",
            "tls keyfile": f"{self._place}/server.key",
            "tls certfile": f"{self._place}/server.pem",
            "tls cafile": f"{self._place}/ca.pem",
        }
        self._run(
            *("samba-tool", "domain", "provision", "--server-role=dc", "--dns-backend=NONE"),
            *("--realm=ALAMO.EXAMPLE", "--domain=ALAMO", "--adminpass=Winter-2026!"),
            *(f"--targetdir={self._place}/dc", "--host-name=dc1", "--host-ip=127.0.0.1"),
            *(f"--option={name}={value}" for name, value in options.items()),
        )

    def _run(self, *command: str) -> str:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def _start(self) -> Child:
        log = self._place / "samba.log"
        command = ["/usr/sbin/samba", "-F", "--no-process-group", "-M", "single", "-s", str(self._configuration)]
        child = start("samba", [*command, "--debug-stdout"], log)
        wait_until(child, self._listens, patience_seconds=60)
        return child

    def _listens(self) -> bool:
        asking = ["openssl", "s_client", "-connect", f"127.0.0.1:{PORT}", "-verify_return_error", "-CAfile"]
        asked = subprocess.run(
            [*asking, str(self.authority.certificate)], stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
        return asked.returncode == 0

    @property
    def url(self) -> str:
        return f"ldaps://127.0.0.1:{PORT}"

    def user(self, *words: str) -> str:
        """Runs `samba-tool user …` in this domain."""
        return self._run("samba-tool", "user", *words, "-s", str(self._configuration))

    def stop(self) -> None:
        self.child.stop()
