"""The environment of a command: the variables as in production, or else those in the directory of `make up`."""

import getpass
import os
import sys
from pathlib import Path

from deploy.local.client import Clerk
from deploy.local.home import default_home, kept_password, read_environment
from deploy.local.process import LocalError


class Environment:
    """Variables and passwords. The environment takes precedence; `home` is used for what it does not set."""

    def __init__(self, home: str | None):
        self._home = (Path(home) if home else default_home()) / "up"
        self._running = read_environment(self._home)

    def find(self, name: str) -> str | None:
        return os.environ.get(name) or self._running.get(name)

    def variable(self, name: str) -> str:
        """The value of a variable; raises LocalError if neither the environment nor a running suite has it."""
        value = self.find(name)
        if not value:
            raise LocalError(
                f"Set {name} (docs/settings.md lists the variables), or start a suite with `make up`. None is running in "
                f"{self._home}."
            )
        return value

    def clerk(self, user: str | None) -> Clerk:
        """The account to log in with: `--user`, else RATEBOOK_USER, else the administrator of the local suite."""
        gateway_url = self.variable("RATEBOOK_GATEWAY_URL")
        name = user or self.variable("RATEBOOK_USER")
        return Clerk(gateway_url, name, self._password(name))

    def _password(self, user: str) -> str:
        """From RATEBOOK_PASSWORD, else from the local suite, else from a prompt; never from the command line."""
        local = None if os.environ.get("RATEBOOK_GATEWAY_URL") else kept_password(self._home, user)
        found = os.environ.get("RATEBOOK_PASSWORD") or local
        return found or ask_password(f"password for {user}: ")


def ask_password(prompt: str) -> str:
    """Reads a password: hidden at a terminal, else a line of standard input. Raises LocalError if it is empty."""
    password = getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    if not password:
        raise LocalError("No password was given. Set RATEBOOK_PASSWORD, or type it when you are asked.")
    return password
