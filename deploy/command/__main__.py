"""`ratebook <command>`: runs a command and turns its errors into messages and an exit status."""

import logging
import sys
from importlib import import_module

import httpx
from nats.errors import Error as NatsError
from sqlalchemy.exc import SQLAlchemyError

from deploy.command.arguments import parser
from deploy.command.output import Output
from deploy.local.client import Refused
from deploy.local.process import LocalError
from shared.database.address import AddressInvalid
from shared.errors import DomainError
from shared.events.streams import BrokerUnfit

FAILED = 1


def main() -> int:
    """Runs the command line; the exit status is that of the command, or 1 if it failed."""
    given = parser().parse_args()
    # Operators need not see what libraries retry; if a library gives up, it raises an error.
    logging.getLogger().setLevel(logging.ERROR)
    output = Output(as_json=given.json)
    try:
        module, _, name = given.run.partition(".")
        code: int = getattr(import_module(f"deploy.command.{module}"), name)(given, output)
    except Refused as error:
        output.refused(error)
    except (LocalError, DomainError, BrokerUnfit, AddressInvalid) as error:
        output.failed(str(error))
    except httpx.TransportError as error:
        output.failed(
            f"The gateway does not answer: {error}. Check that it is running and RATEBOOK_GATEWAY_URL is right."
        )
    except SQLAlchemyError as error:
        output.failed(f"The database reports an error: {type(error).__name__}: {getattr(error, 'orig', None) or error}")
    except NatsError as error:
        output.failed(
            f"NATS reports an error: {error!r}. Check that it is running and that the user in NATS_URL may do this."
        )
    except OSError as error:
        output.failed(f"{error}. Check that the server is running and its address is right.")
    except KeyboardInterrupt:
        output.failed("interrupted")
    else:
        return code
    return FAILED


if __name__ == "__main__":
    sys.exit(main())
