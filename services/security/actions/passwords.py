"""Hashing passwords with argon2id, outside the event loop and a few at a time."""

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from argon2.profiles import RFC_9106_LOW_MEMORY
from pydantic import SecretStr

from services.security.rules.passwords import normalized

_HASHER = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
# Each hash needs 64 MiB while it is computed, so simultaneous log-ins queue here instead of using up the memory.
_WORKERS = ThreadPoolExecutor(max_workers=4, thread_name_prefix="argon2")
# Compared with the password if there is no hash, so that the answer takes the same time.
_NOBODYS = _HASHER.hash(secrets.token_bytes(16))


async def hash_password(password: SecretStr) -> str:
    """The argon2id hash of a password to store, including salt and parameters."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_WORKERS, _HASHER.hash, normalized(password.get_secret_value()))


async def verify_password(password_hash: str | None, password: SecretStr) -> bool:
    """Whether the password matches the hash; without a hash it does not, but the check takes the same time."""
    shown = normalized(password.get_secret_value())

    def verify() -> bool:
        try:
            return _HASHER.verify(password_hash or _NOBODYS, shown) and password_hash is not None
        except VerifyMismatchError:
            return False

    return await asyncio.get_running_loop().run_in_executor(_WORKERS, verify)
