"""Comparing versions: a change must name the version that it is based on."""

from shared.errors import VersionStale


def require_version(current: int, expected: int, what: str) -> None:
    """Raises VersionStale if someone changed `what` after the caller read it."""
    if current != expected:
        raise VersionStale(
            f"{what} was changed in the meantime: you read version {expected}, and it is now version {current}. "
            "Read it again, then repeat your change.",
            members={"current_version": current},
        )
