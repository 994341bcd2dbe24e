"""The permission table has a new epoch: whoever holds a copy should fetch it again."""

from typing import ClassVar

from shared.contracts.event import Event


class PermissionsChanged(Event):
    service: ClassVar[str] = "security"

    epoch: int
