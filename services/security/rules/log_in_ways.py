"""How people can log in: the ways that a company has set up."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LogInWays:
    """The ways that are set up, besides local passwords, which always are."""

    windows_domain: bool
    identity_provider: bool
