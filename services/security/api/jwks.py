"""The public keys for checking access tokens, over HTTP."""

from services.security.api.dependencies import TokenKeysOf
from shared.access import declared
from shared.access.identity import public_jwks
from shared.contracts.jwks import NOUN, PublicKeys
from shared.http.operation import Router

router = Router(NOUN)


@router.get(
    "",
    access=declared.public("Public keys can only check signatures."),
)
async def list_public_keys(keys: TokenKeysOf) -> PublicKeys:
    """The keys for checking access tokens; `kid` in the header of a token identifies its key.

    One of them is in use; the others are the next or the previous ones. If a `kid` is not listed, fetch the list again.
    """
    return PublicKeys.model_validate_json(public_jwks(keys.published))
