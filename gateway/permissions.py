"""The gateway's copy of the permission table: fetched, refreshed after changes, and trusted for a limited time only."""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress

from nats.aio.client import Client
from nats.aio.msg import Msg

from gateway.auth import Identities
from gateway.errors import PermissionsStale
from gateway.rules.decisions import User, UserTable
from gateway.upstream import Upstream, fetch
from shared.access.grants import Grant, Level, highest_levels
from shared.access.identity import grants_from_claim
from shared.contracts.permission_table import FEATURE, NOUN, PermissionTable
from shared.contracts.permissions_changed import PermissionsChanged
from shared.events import streams
from shared.http.health import Unready

log = logging.getLogger(__name__)

TRUSTED_SECONDS = 60.0

_RETRY_SECONDS = 1.0
_PATH = f"/v1/{NOUN}"
_MAX_TABLE_BYTES = 32 * 1024 * 1024
_MAY_READ_THE_TABLE = Grant(FEATURE, Level.VIEW)


class Permissions:
    """The gateway's copy of the permission table.

    `epoch_changed` is set whenever a new table replaces the old one; its waiter clears it. `asked` is set after the
    first request to security, whatever the answer.
    """

    def __init__(
        self,
        upstream: Upstream,
        security_origin: str,
        identities: Identities,
        *,
        clock: Callable[[], float] = time.monotonic,
    ):
        self._upstream = upstream
        self._origin = security_origin
        self._identities = identities
        self._clock = clock
        self._table: UserTable | None = None
        self._etag = b""
        self._asked_at = float("-inf")
        self._wake = asyncio.Event()
        self._nats: Client | None = None
        self.epoch_changed = asyncio.Event()
        self.asked = asyncio.Event()

    def current(self) -> UserTable:
        """The table; raises PermissionsStale unless there is one that was requested within the last minute."""
        if self._table is None or self.age_seconds > TRUSTED_SECONDS:
            raise PermissionsStale("The gateway has not received current permissions for a minute. Try again shortly.")
        return self._table

    @property
    def epoch(self) -> int:
        """The epoch of the table, 0 without one."""
        return self._table.epoch if self._table is not None else 0

    @property
    def age_seconds(self) -> float:
        """The time since the table was requested; infinite without one."""
        return self._clock() - self._asked_at

    async def poll(self, every_seconds: float) -> None:
        """Keeps the table up to date forever.

        It fetches the table immediately after a notification of a change, and regularly in case one is lost.
        """
        while True:
            # Cleared before the request, because the answer may miss a change that is announced meanwhile.
            self._wake.clear()
            pause = every_seconds
            try:
                await self.refresh()
            except Exception as error:
                log.warning("the permission table could not be fetched: %r", error)
                pause = min(every_seconds, _RETRY_SECONDS)
            self.asked.set()
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._wake.wait()

    async def refresh(self) -> None:
        """Fetches the table from security. Its age counts from the request, not from the answer."""
        asked_at = self._clock()
        headers = [self._identities.own(_MAY_READ_THE_TABLE, service="security")]
        if self._etag:
            headers.append((b"if-none-match", self._etag))
        status, answered, body = await fetch(self._upstream, self._origin, _PATH, headers, max_bytes=_MAX_TABLE_BYTES)
        if status == 304 and self._table is not None:
            self._asked_at = asked_at
            return
        if status != 200:
            raise ConnectionError(f"{self._origin}{_PATH} answered {status}")
        table = read_table(PermissionTable.model_validate_json(body))
        if self._table is not None and table.epoch < self._table.epoch:
            raise ValueError(f"security has epoch {table.epoch}, which is older than the current {self._table.epoch}")
        changed = self._table is None or table.epoch != self._table.epoch
        self._table, self._asked_at = table, asked_at
        self._etag = next((value for name, value in answered if name == b"etag"), b"")
        if changed:
            log.info("new permission table: epoch %d, users: %d", table.epoch, len(table.users))
            self.epoch_changed.set()

    async def listen(self, nats_url: str) -> None:
        """Listens for changes over NATS until that fails for good, and is then started again.

        While there is no connection, polling continues alone.
        """
        refused = asyncio.Event()

        async def note_error(error: Exception) -> None:
            if "permissions violation" in str(error).lower():
                refused.set()

        client = await streams.connect(nats_url, reconnect=True, on_error=note_error)
        try:
            await client.subscribe(PermissionsChanged.subject(), cb=self._on_change)
            await client.flush()
            self._nats = client
            self._wake.set()
            await refused.wait()
            raise PermissionError(f"NATS does not allow the gateway to read {PermissionsChanged.subject()}")
        finally:
            self._nats = None
            await client.close()

    async def _on_change(self, _: Msg) -> None:
        # The epoch in the event is not trusted; security is asked in any case.
        self._wake.set()

    async def probe_age(self) -> None:
        """Raises Unready while the gateway cannot decide about requests."""
        try:
            self.current()
        except PermissionsStale as error:
            raise Unready("The gateway has no current permissions of the security service.") from error

    async def probe_nats(self) -> None:
        """Raises Unready without a connection to NATS."""
        if self._nats is None or not self._nats.is_connected:
            raise Unready("NATS is unreachable.")


def read_table(table: PermissionTable) -> UserTable:
    """The users of the table with the grants of their groups; users with the same groups share one set of grants."""
    by_group = {group_id: grants_from_claim(group.grants) for group_id, group in table.groups.items()}
    by_groups: dict[tuple[str, ...], tuple[tuple[Grant, ...], dict[str, Level]]] = {}
    users = {}
    for subject, user in table.users.items():
        groups = tuple(sorted(user.groups))
        if groups not in by_groups:
            grants = tuple(grant for group_id in groups for grant in by_group.get(group_id, ()))
            by_groups[groups] = grants, highest_levels(grants)
        users[subject] = User(user.name, *by_groups[groups])
    return UserTable(table.epoch, users)
