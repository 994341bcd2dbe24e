"""Who calls an operation, and whether they may: the identity that the gateway signed, and the scope of its grants."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from shared.access.declared import Access
from shared.access.grants import ANYONE, EVERYTHING, Principal, Scope, scope_for, scope_of_any
from shared.access.identity import HEADER, IdentityVerifier
from shared.errors import Forbidden


@dataclass(frozen=True)
class Caller:
    """The caller of an operation, and the scope in which their grants allow it."""

    principal: Principal
    scope: Scope

    @property
    def name(self) -> str:
        return self.principal.name

    def require_any_scope(self) -> Scope:
        """The scope of all grants together, for what everyone with a feature here may know; raises Forbidden."""
        scope = scope_of_any(self.principal.grants)
        if scope is None:
            raise Forbidden("None of your groups grants a feature of this service. Ask an administrator.")
        return scope

    def require_unlimited(self, what: str) -> None:
        """Raises Forbidden if the grant is limited; `what` begins the sentence, like `The audit covers`."""
        if self.scope.limits:
            raise Forbidden(
                f"{what} all branches, customers and companies, and your grant is limited to some. "
                "Ask an administrator for a grant without limits."
            )


def _caller(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


CallerOf = Annotated[Caller, Depends(_caller)]


def decide(access: Access, request: Request) -> Caller:
    """Returns the caller if they may use the operation; raises Unauthenticated or Forbidden."""
    if access.kind == "public":
        return Caller(ANYONE, EVERYTHING)
    verifier: IdentityVerifier = request.app.state.identities
    principal = verifier.verify(request.headers.get(HEADER))
    if access.kind == "signed_in":
        return Caller(principal, EVERYTHING)
    scope = scope_for(principal.grants, access.feature, access.level)
    if scope is None:
        raise Forbidden(
            f"This needs {access.feature} at level {access.level.word}, which none of your groups grants. "
            "Ask an administrator."
        )
    return Caller(principal, scope)
