"""How people can log in here, for the page on which they do."""

from fastapi import Request

from services.security.rules.log_in_ways import LogInWays
from shared.access import declared
from shared.http.operation import Router

router = Router("log-in-ways")


@router.get("", access=declared.public("It says which kinds of log-in there are, and nothing about anyone."))
async def read_log_in_ways(request: Request) -> LogInWays:
    """Whether passwords of a Windows domain are accepted, and whether an identity provider is set up.

    With an identity provider, a browser logs in at `GET /v1/oidc/log-in`.
    """
    state = request.app.state
    return LogInWays(windows_domain=state.directory is not None, identity_provider=state.provider is not None)
