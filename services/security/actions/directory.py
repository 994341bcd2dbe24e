"""Checking passwords with the Windows domain's directory: a process for each question, a few at a time."""

import asyncio
import json
import logging
import os
import sys
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from services.security.errors import IdentityProviderAway
from services.security.rules.directory import DirectorySettings, may_be_asked

log = logging.getLogger(__name__)

_ROOT = Path(__file__).parents[3]
_QUESTION = "services.security.actions.directory_question"
_PASSED_ON = ("PATH", "LANG", "LD_LIBRARY_PATH")
_AT_ONCE = 8
# For starting Python, in addition to the time limit of the directory.
_STARTING_SECONDS = 5


class DirectoryUnusable(Exception):
    """A directory is configured but the library for it is not installed, so the service does not start."""


class Directory:
    """The directory of one Windows domain."""

    def __init__(self, settings: DirectorySettings):
        if find_spec("bonsai") is None:
            raise DirectoryUnusable("SECURITY_LDAP_URL is set, but bonsai is not installed. Install locks/ldap.txt.")
        self._settings = settings
        self._turns = asyncio.Semaphore(_AT_ONCE)

    @property
    def domain(self) -> str:
        return self._settings.domain

    async def find_subject(self, account: str, password: SecretStr) -> str | None:
        """The account's stable id if this is its password, else None; raises IdentityProviderAway."""
        if not may_be_asked(password.get_secret_value()):
            return None
        question = {**asdict(self._settings), "account": account, "password": password.get_secret_value()}
        try:
            # The limit includes waiting for a turn, so that nobody queues for long while the directory is silent.
            async with asyncio.timeout(self._settings.timeout_seconds + _STARTING_SECONDS), self._turns:
                answer = await self._ask(json.dumps(question, default=str).encode())
        except TimeoutError:
            answer = {"away": f"no answer within {self._settings.timeout_seconds:g} s"}
        if "subject" not in answer:
            log.warning("the directory: %s", answer.get("away"))
            raise IdentityProviderAway(
                "The Windows domain is not answering, so it cannot check passwords. Try again shortly."
            )
        subject: str | None = answer["subject"]
        return subject

    async def _ask(self, question: bytes) -> dict[str, Any]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", _QUESTION),
            # It parses what a server sends, so it must not have any of our secrets.
            env={name: os.environ[name] for name in _PASSED_ON if name in os.environ} | {"PYTHONPATH": str(_ROOT)},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            output, _ = await process.communicate(question)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        try:
            answer: dict[str, Any] = json.loads(output)
        except ValueError:
            return {"away": f"the process ended with exit status {process.returncode}"}
        return answer
