"""What /readyz of a service looks at: its database, NATS and its loops, reported by the kind of failure only."""

from collections.abc import Mapping

import asyncpg
from nats.aio.client import Client

from shared.database.failures import is_disconnect, is_exhausted
from shared.database.pool import Database
from shared.http.health import Unready

_FLUSH_SECONDS = 2
_LOG_IN_REFUSED = (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InsufficientPrivilegeError)


async def probe_database(database: Database) -> None:
    """Raises Unready if the database does not answer. The driver's own message would name the host and the user."""
    try:
        await database.ping()
    except TimeoutError:
        raise
    except Exception as error:
        raise Unready(_sentence(error)) from error


def _sentence(error: Exception) -> str:
    cause = _driver_error(error)
    if is_exhausted(error):
        return "All connections to the database are in use."
    if isinstance(cause, _LOG_IN_REFUSED):
        return "The database refuses the service's log-in."
    if isinstance(cause, asyncpg.InvalidCatalogNameError):
        return "The database does not exist."
    if isinstance(cause, asyncpg.TooManyConnectionsError):
        return "The database has no connection left."
    if is_disconnect(error):
        return "The database is unreachable."
    return "The database does not answer as expected."


def _driver_error(error: Exception) -> BaseException:
    """The driver's own error inside that of SQLAlchemy."""
    original = getattr(error, "orig", None)
    found = getattr(original, "__cause__", None) or original
    return found if isinstance(found, BaseException) else error


async def probe_broker(client: Client | None) -> None:
    """Raises Unready if there is no connection to NATS."""
    if client is None or not client.is_connected:
        raise Unready("NATS is unreachable.")
    await client.flush(timeout=_FLUSH_SECONDS)


async def probe_loops(failing: Mapping[str, str]) -> None:
    """Raises Unready while a loop fails and is started again: no event leaves without the relay, whatever else works.

    `failing` has the sentence of each loop that waits for someone to correct something, and "" for the others.
    """
    if failing:
        sentences = [sentence for _, sentence in sorted(failing.items()) if sentence]
        raise Unready(" ".join([f"Not running: {', '.join(sorted(failing))}.", *sentences]))
