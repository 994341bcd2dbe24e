"""Owns the comparison of versions: a change must name the version that it changes."""

from shared.errors import VersionStale


def require_version(current: int, expected: int, what: str) -> None:
    """Raises VersionStale when somebody changed `what` after the caller read it."""
    if current != expected:
        raise VersionStale(
            f"{what} was changed by someone else: you hold version {expected}, it is now at {current}.",
            members={"current_version": current},
        )
