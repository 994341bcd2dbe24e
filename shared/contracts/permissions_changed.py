"""The permission table has a new epoch: anyone who holds a copy should fetch it again."""

from typing import ClassVar

from shared.contracts.event import Event


class PermissionsChanged(Event):
    service: ClassVar[str] = "security"

    epoch: int
