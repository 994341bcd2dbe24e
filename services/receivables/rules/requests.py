"""Requests under four eyes: a second person approves or rejects them, or the requester withdraws them."""

from typing import Final, Literal, Protocol

from services.receivables.errors import OthersRequest, OwnRequest, RequestDecided

RequestStatus = Literal["awaiting_approval", "approved", "rejected", "withdrawn"]
AWAITING_APPROVAL: Final = "awaiting_approval"
APPROVED: Final = "approved"
REJECTED: Final = "rejected"
WITHDRAWN: Final = "withdrawn"


class Request(Protocol):
    """What every request has. `title` is what it is called at the beginning of a sentence."""

    @property
    def title(self) -> str: ...
    @property
    def status(self) -> RequestStatus: ...
    @property
    def requested_by(self) -> str: ...
    @property
    def decided_by(self) -> str | None: ...


def require_waiting(request: Request) -> None:
    """Raises RequestDecided if the request is already approved, rejected or withdrawn."""
    if request.status != AWAITING_APPROVAL:
        raise RequestDecided(f"{request.title} was already {request.status} by {request.decided_by}.")


def require_other_than_requester(request: Request, name: str) -> None:
    """Raises OwnRequest if the approver is the requester. Source: security, point 8."""
    if request.requested_by == name:
        raise OwnRequest(f"{request.title} is your own. Ask another approver, or withdraw it.")


def require_requester(request: Request, name: str) -> None:
    """Raises OthersRequest if someone other than the requester changes or withdraws a request."""
    if request.requested_by != name:
        raise OthersRequest(f"{request.title} was made by {request.requested_by}. Only they can change or withdraw it.")
