"""What concerns everyone's work, which a limited grant does not give access to."""

from shared.errors import Forbidden
from shared.http.operation import Caller


def require_unlimited(caller: Caller, what: str) -> None:
    """Raises Forbidden for a caller whose grant is limited; `what` begins the sentence: `The audit covers`."""
    if caller.scope.limits:
        raise Forbidden(
            f"{what} all branches, customers and companies, and your grant is limited to some. "
            "Ask an administrator for a grant without limits."
        )
