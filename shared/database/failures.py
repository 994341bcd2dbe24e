"""The meaning of database errors for the caller: repeat, refuse, or wait until the database is back."""

import asyncpg
from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# 40001 serialization failure, 40P01 deadlock, 55P03 lock not available.
_TRANSIENT = {"40001", "40P01", "55P03"}


def is_transient(error: BaseException) -> bool:
    """Whether the same work may succeed when it is repeated from its beginning."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in _TRANSIENT


def is_data_error(error: DBAPIError) -> bool:
    """Whether a value does not fit its type: PostgreSQL's error class 22, or an error of the driver before sending."""
    sqlstate: str | None = getattr(error.orig, "sqlstate", None)
    return sqlstate.startswith("22") if sqlstate else isinstance(error, DataError)


def is_disconnect(error: BaseException) -> bool:
    """Whether the connection to the database was lost, as far as the driver can tell."""
    return (
        (isinstance(error, DBAPIError) and error.connection_invalidated)
        or isinstance(error, (OSError, asyncpg.PostgresConnectionError, asyncpg.CannotConnectNowError))
        or (isinstance(error, DBAPIError) and isinstance(error.orig, OSError))
    )


def is_overdue(error: BaseException) -> bool:
    """Whether PostgreSQL ended the statement because it took too long (57014, query_canceled)."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) == "57014"


def is_exhausted(error: BaseException) -> bool:
    """Whether all connections of the pool stayed in use until the time to wait for one was over."""
    return isinstance(error, PoolTimeout)


def is_passing(error: BaseException) -> bool:
    """Whether the database is the cause for the moment, and not the work itself: the same work may succeed later."""
    return is_disconnect(error) or is_transient(error) or is_exhausted(error)


def words_of(error: BaseException) -> str:
    """Why a row was rejected, for people: the violated constraint, or else the kind of error, never a value."""
    if isinstance(error, DBAPIError):
        return f"the database rejected it: {constraint_of(error) or type(error.orig).__name__}"
    return f"it failed unexpectedly: {type(error).__name__}"


def constraint_of(error: DBAPIError) -> str | None:
    """The name of the violated constraint, as PostgreSQL reports it."""
    for cause in (error.orig, getattr(error.orig, "__cause__", None)):
        name: str | None = getattr(cause, "constraint_name", None)
        if name is not None:
            return name
    return None
