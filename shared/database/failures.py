"""Owns what an error of the database means: repeat, refuse, or wait until it is back."""

import asyncpg
from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# 40001 serialization failure, 40P01 deadlock, 55P03 lock not available: the same work may succeed when repeated.
_TRANSIENT = {"40001", "40P01", "55P03"}


def is_transient(error: BaseException) -> bool:
    """Whether the same work, repeated from its beginning, may succeed: deadlocks, serialization, lock time-outs."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in _TRANSIENT


def is_data_error(error: DBAPIError) -> bool:
    """Whether a value did not fit its type: class 22 of PostgreSQL, or refused by the driver before it was sent."""
    sqlstate: str | None = getattr(error.orig, "sqlstate", None)
    return sqlstate.startswith("22") if sqlstate else isinstance(error, DataError)


def is_disconnect(error: BaseException) -> bool:
    """Whether the database went away, as far as the driver can tell."""
    return (
        (isinstance(error, DBAPIError) and error.connection_invalidated)
        or isinstance(error, (OSError, asyncpg.PostgresConnectionError, asyncpg.CannotConnectNowError))
        or (isinstance(error, DBAPIError) and isinstance(error.orig, OSError))
    )


def is_exhausted(error: BaseException) -> bool:
    """Whether every connection of the pool stayed in use for as long as one waits for it."""
    return isinstance(error, PoolTimeout)


def constraint_of(error: DBAPIError) -> str | None:
    """The name of the violated constraint, as PostgreSQL reports it."""
    for cause in (error.orig, getattr(error.orig, "__cause__", None)):
        name: str | None = getattr(cause, "constraint_name", None)
        if name is not None:
            return name
    return None
