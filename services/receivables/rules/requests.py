"""Owns four eyes: a request waits until somebody else approves or rejects it, or who asked takes it back."""

from typing import Final, Literal, Protocol

from services.receivables.errors import OthersRequest, OwnRequest, RequestDecided

RequestStatus = Literal["awaiting_approval", "approved", "rejected", "withdrawn"]
AWAITING_APPROVAL: Final = "awaiting_approval"
APPROVED: Final = "approved"
REJECTED: Final = "rejected"
WITHDRAWN: Final = "withdrawn"


class Request(Protocol):
    """What every request has; `title` names it at the beginning of a sentence."""

    @property
    def title(self) -> str: ...
    @property
    def status(self) -> RequestStatus: ...
    @property
    def requested_by(self) -> str: ...
    @property
    def decided_by(self) -> str | None: ...


def require_waiting(request: Request) -> None:
    """Raises RequestDecided when the request is approved, rejected or withdrawn already."""
    if request.status != AWAITING_APPROVAL:
        raise RequestDecided(f"{request.title} was {request.status} by {request.decided_by}.")


def require_somebody_else(request: Request, name: str) -> None:
    """Raises OwnRequest when who decides is who asked. Source: security, point 8."""
    if request.requested_by == name:
        raise OwnRequest(f"{request.title} is your own: somebody else decides, you may withdraw it.")


def require_own(request: Request, name: str) -> None:
    """Raises OthersRequest when who changes or withdraws a request is not who asked."""
    if request.requested_by != name:
        raise OthersRequest(f"{request.title} is one of {request.requested_by}: approve or reject it.")
