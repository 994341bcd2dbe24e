"""`ratebook <command>`: what each command is given, and how it ends."""

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
from shared.errors import DomainError
from shared.events.streams import BrokerUnfit

FAILED = 1


def main() -> int:
    """Runs what was typed; the exit status is that of the command, 1 when it failed."""
    given = parser().parse_args()
    # What the libraries try again is not the operator's business; what they give up comes as an error.
    logging.getLogger().setLevel(logging.ERROR)
    output = Output(as_json=given.json)
    try:
        module, _, name = given.run.partition(".")
        code: int = getattr(import_module(f"deploy.command.{module}"), name)(given, output)
    except Refused as error:
        output.refused(error)
    except (LocalError, DomainError, BrokerUnfit) as error:
        output.failed(str(error))
    except httpx.TransportError as error:
        output.failed(f"The gateway does not answer: {error}. Is it running, and is RATEBOOK_GATEWAY_URL its address?")
    except SQLAlchemyError as error:
        output.failed(f"The database refused: {type(error).__name__}: {getattr(error, 'orig', None) or error}")
    except NatsError as error:
        output.failed(f"NATS refused: {error!r}. Is it running, and does NATS_URL name a user that may do this?")
    except OSError as error:
        output.failed(f"{error}. Is the server running, and is its address right?")
    except KeyboardInterrupt:
        output.failed("interrupted")
    else:
        return code
    return FAILED


if __name__ == "__main__":
    sys.exit(main())
