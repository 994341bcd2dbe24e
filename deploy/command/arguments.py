"""Owns what can be typed: the commands, their arguments, their help. What runs is named, and loaded when it runs."""

import argparse
from argparse import SUPPRESS, ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter
from typing import TypeAlias

from gateway.routes import SERVICES, load_documents
from shared.process.version import VERSION

Commands: TypeAlias = "argparse._SubParsersAction[ArgumentParser]"  # noqa: SLF001 - argparse gives it no other name
_MORE = """\
Where the suite is stands in the environment, with the same variables as the services', and for what asks the gateway
RATEBOOK_GATEWAY_URL, RATEBOOK_USER and RATEBOOK_PASSWORD. What is not set there is taken from the suite of `make up`.

ends with 0 when it was done, 1 when not, 2 when it was called wrongly, 3 when reconcile or audit found something wrong

examples:
  ratebook migrate
  ratebook import work-orders orders.csv
  ratebook reconcile --json
  ratebook dead-letters replay receivables --consumer receivables-work-order-rated
"""


def importable() -> dict[str, str]:
    """What can be imported, and where to: every noun that has an import of its own."""
    return {
        template.split("/")[2]: f"/{service}/{template.split('/')[2]}/import"
        for service, document in load_documents().items()
        for template in document["paths"]
        if template.endswith("/import") and "{" not in template
    }


def parser() -> ArgumentParser:
    """The parser of everything that can be typed."""
    made = ArgumentParser(
        prog="ratebook",
        description="Looks after a Ratebook suite.",
        epilog=_MORE,
        formatter_class=RawDescriptionHelpFormatter,
    )
    made.add_argument("--version", action="version", version=f"%(prog)s {VERSION}")
    made.set_defaults(home=None, json=False)
    _common(made)
    commands = made.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_servers(commands)
    _add_company(commands)
    _add_runs(_group(commands, "export-run", "export runs: list, show, withdraw"))
    _add_letters(_group(commands, "dead-letters", "messages that were set aside: list, show, replay"))
    _add_keys(_group(commands, "keys", "signing keys: rotate"))
    _add_audit(_group(commands, "audit", "who did what: verify"))
    return made


def _common(made: ArgumentParser) -> None:
    """Options of every command; SUPPRESS, so that one given before the command is not taken back by its absence after."""
    made.add_argument("--json", action="store_true", default=SUPPRESS, help="answer with one JSON document")
    made.add_argument("--home", default=SUPPRESS, metavar="DIR", help="of `make up`: RATEBOOK_HOME, else .ratebook")


def _group(commands: Commands, name: str, words: str) -> Commands:
    made = commands.add_parser(name, help=words, description=words)
    _common(made)
    return made.add_subparsers(dest="subcommand", required=True, metavar="COMMAND")


def _add(commands: Commands, name: str, run: str, words: str, *examples: str) -> ArgumentParser:
    made = commands.add_parser(
        name,
        help=words,
        description=words,
        epilog="\n".join(["examples:", *(f"  ratebook {one}" for one in examples)]) if examples else None,
        formatter_class=RawDescriptionHelpFormatter,
    )
    made.set_defaults(run=run)
    _common(made)
    return made


def _add_clerk(commands: Commands, name: str, run: str, words: str, *examples: str) -> ArgumentParser:
    made = _add(commands, name, run, words, *examples)
    made.add_argument(
        "--user", metavar=r"DOMAIN\NAME", help="who asks; RATEBOOK_USER without, and its password as said"
    )
    return made


def _add_servers(commands: Commands) -> None:
    migrating = _add(
        commands, "migrate", "set_up.migrate", "bring the databases to the newest schema", "migrate rating"
    )
    migrating.add_argument(
        "services", nargs="*", metavar="SERVICE", type=_service, help="of rating, receivables, security; all without"
    )
    _add(commands, "provision", "set_up.provision", "make the stream and the consumers at NATS")
    admin = _add(
        commands,
        "create-admin",
        "set_up.create_admin",
        "make an administrator, or give one a new password",
        r"create-admin 'ALAMO\root' < password-file",
    )
    admin.add_argument("name", help=r"DOMAIN\name; the password is asked for, or read from standard input")
    _add(commands, "new-key", "keys.new_key", "print a new signing key and its public half")


def _add_keys(commands: Commands) -> None:
    rotating = _add(
        commands,
        "rotate",
        "keys.rotate",
        "print the steps from the signing key in the environment to a new one; nothing is changed",
        "keys rotate security",
        "keys rotate gateway",
    )
    rotating.add_argument("whose", choices=("security", "gateway"), help="of access tokens, or of identities")


def _service(word: str) -> str:
    if word not in SERVICES:
        raise ArgumentTypeError(f"there is no service {word}: it is one of {', '.join(SERVICES)}")
    return word


def _add_company(commands: Commands) -> None:
    kinds = importable()
    importing = _add_clerk(
        commands,
        "import",
        "gateway.import_file",
        "load a CSV file: all of it, or nothing and every faulty place",
        "import work-orders orders.csv",
        r"import customers - --user 'ALAMO\rita' < customers.csv",
    )
    importing.add_argument("kind", choices=sorted(kinds), metavar="KIND", help=f"one of {', '.join(sorted(kinds))}")
    importing.add_argument("file", help="CSV with a heading line, UTF-8; - reads standard input")
    importing.add_argument("--check", action="store_true", help="only say whether it could be loaded")
    _add_clerk(
        commands,
        "reconcile",
        "gateway.run_reconcile",
        "compare the two ledgers; 3 when they differ",
        "reconcile --json",
    )


def _add_audit(commands: Commands) -> None:
    verifying = _add(
        commands,
        "verify",
        "audit.verify_audit",
        "follow the seals of the audit; 3 when an entry was changed, removed or never sealed",
        "audit verify",
        "audit verify security --expect 1207:9f2c...",
    )
    verifying.add_argument("service", nargs="?", type=_service, metavar="SERVICE", help="all without")
    verifying.add_argument(
        "--expect", metavar="POSITION:SEAL", help="a seal noted before: without it an end that was cut off is not seen"
    )


def _add_runs(commands: Commands) -> None:
    listing = _add_clerk(commands, "list", "gateway.list_runs", "the newest runs", "export-run list --limit 5")
    listing.add_argument("--limit", type=int, default=20, help="at most so many, 20")
    showing = _add_clerk(commands, "show", "gateway.show_run", "a run and its unsettled invoices", "export-run show 7")
    showing.add_argument("id", type=int)
    withdrawing = _add_clerk(
        commands,
        "withdraw",
        "gateway.withdraw_run",
        "ask that what has no answer is never booked",
        "export-run withdraw 7",
        "export-run withdraw 7 --invoice 31 --invoice 32",
    )
    withdrawing.add_argument("id", type=int)
    withdrawing.add_argument(
        "--invoice", dest="invoices", type=int, action="append", metavar="ID", help="only this one; may be repeated"
    )


def _add_letters(commands: Commands) -> None:
    listing = _add(
        commands, "list", "dead_letters.list_letters", "those that were not replayed", "dead-letters list rating"
    )
    listing.add_argument("service", nargs="?", type=_service, help="of all services without")
    showing = _add(commands, "show", "dead_letters.show_letter", "one with its payload", "dead-letters show rating 7")
    showing.add_argument("service", type=_service)
    showing.add_argument("id", type=int)
    replaying = _add(
        commands,
        "replay",
        "dead_letters.replay_letters",
        "handle them once more",
        "dead-letters replay rating 7 8",
        "dead-letters replay rating --consumer rating-invoice-exported",
    )
    replaying.add_argument("service", type=_service)
    replaying.add_argument("ids", nargs="*", type=int, metavar="ID")
    replaying.add_argument("--consumer", help="all of this consumer")
