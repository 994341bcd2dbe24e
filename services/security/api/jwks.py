"""Owns publishing the keys with which access tokens are checked."""

from services.security.api.dependencies import TokenKeysOf
from shared.access import declared
from shared.access.identity import public_jwks
from shared.contracts.jwks import NOUN, PublicKeys
from shared.http.operation import Router

router = Router(NOUN)


@router.get(
    "",
    access=declared.public("Public keys are for everybody; they only check signatures."),
    summary="Keys that check access tokens",
)
async def list_public_keys(keys: TokenKeysOf) -> PublicKeys:
    """The public halves of the keys of access tokens; `kid` in a token's header names its key.

    One signs; the others come next or signed until now. Ask again for a `kid` that is not among them.
    """
    return PublicKeys.model_validate_json(public_jwks(keys.published))
