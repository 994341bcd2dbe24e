"""The command line: commands, arguments and help.

Each command names the function that runs it, which is loaded then.
"""

import argparse
from argparse import SUPPRESS, ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter
from typing import TypeAlias

from gateway.routes import SERVICES, load_documents
from shared.process.version import VERSION

Commands: TypeAlias = "argparse._SubParsersAction[ArgumentParser]"  # noqa: SLF001 - argparse gives it no other name
_MORE = """\
The commands find the suite through the same environment variables as the services. Commands that use the gateway also
need RATEBOOK_GATEWAY_URL, RATEBOOK_USER and RATEBOOK_PASSWORD. Variables that are not set are taken from a running
`make up`.

exit status: 0 success, 1 failure, 2 wrong usage, 3 reconcile or audit verify found something wrong

examples:
  ratebook migrate
  ratebook import work-orders orders.csv
  ratebook reconcile --json
  ratebook dead-letters replay receivables --consumer receivables-work-order-rated
"""


def importable() -> dict[str, str]:
    """The nouns that have an import, with the path of each."""
    return {
        template.split("/")[2]: f"/{service}/{template.split('/')[2]}/import"
        for service, document in load_documents().items()
        for template in document["paths"]
        if template.endswith("/import") and "{" not in template
    }


def parser() -> ArgumentParser:
    """Builds the parser of the command line."""
    made = ArgumentParser(
        prog="ratebook",
        description="Operates a Ratebook suite.",
        epilog=_MORE,
        formatter_class=RawDescriptionHelpFormatter,
    )
    made.add_argument("--version", action="version", version=f"%(prog)s {VERSION}")
    made.set_defaults(home=None, json=False)
    _common(made)
    commands = made.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_servers(commands)
    _add_company(commands)
    _add_runs(_group(commands, "export-run", "list, show and withdraw export runs"))
    _add_letters(_group(commands, "dead-letters", "list, show and replay messages that were set aside"))
    _add_keys(_group(commands, "keys", "rotate signing keys"))
    _add_audit(_group(commands, "audit", "verify the audit"))
    return made


def _common(made: ArgumentParser) -> None:
    """Adds the options of all commands.

    With SUPPRESS, an option before the command is not reset by its absence after it.
    """
    made.add_argument("--json", action="store_true", default=SUPPRESS, help="print one JSON document")
    made.add_argument(
        "--home", default=SUPPRESS, metavar="DIR", help="directory of `make up` (default: RATEBOOK_HOME or .ratebook)"
    )


def _group(commands: Commands, name: str, words: str) -> Commands:
    made = commands.add_parser(name, help=words, description=words)
    _common(made)
    return made.add_subparsers(dest="subcommand", required=True, metavar="COMMAND")


def _add(commands: Commands, name: str, run: str, words: str, *examples: str) -> ArgumentParser:
    made = commands.add_parser(
        name,
        help=words,
        description=words,
        epilog="\n".join(["examples:", *(f"  ratebook {example}" for example in examples)]) if examples else None,
        formatter_class=RawDescriptionHelpFormatter,
    )
    made.set_defaults(run=run)
    _common(made)
    return made


def _add_clerk(commands: Commands, name: str, run: str, words: str, *examples: str) -> ArgumentParser:
    made = _add(commands, name, run, words, *examples)
    made.add_argument("--user", metavar=r"DOMAIN\NAME", help="account to log in with (default: RATEBOOK_USER)")
    return made


def _add_servers(commands: Commands) -> None:
    migrating = _add(
        commands, "migrate", "set_up.migrate", "upgrade the databases to the newest schema", "migrate rating"
    )
    migrating.add_argument(
        "services", nargs="*", metavar="SERVICE", type=_service, help="rating, receivables or security (default: all)"
    )
    stream = _add(
        commands,
        "provision",
        "set_up.provision",
        "create the stream and the consumers in NATS, or update them",
        "provision --replicas 3",
    )
    stream.add_argument(
        "--replicas",
        type=number_of_replicas,
        metavar="1..5",
        help="servers that keep each message (default: NATS_REPLICAS, else as it is)",
    )
    stream.add_argument("--force", action="store_true", help="allow fewer replicas than the stream has")
    _add(
        commands,
        "restore-finish",
        "restore.finish_restore",
        "after a restore of the databases, before any service starts: set aside what NATS still holds from before",
        "restore-finish",
    )
    admin = _add(
        commands,
        "create-admin",
        "set_up.create_admin",
        "create an administrator, or set a new password for one",
        r"create-admin 'ALAMO\root' < password-file",
    )
    admin.add_argument("name", help=r"DOMAIN\name; the password is prompted for, or read from standard input")
    _add(commands, "new-key", "keys.new_key", "print a new signing key and its public half")


def _add_keys(commands: Commands) -> None:
    rotating = _add(
        commands,
        "rotate",
        "keys.rotate",
        "print the steps for replacing the signing key in the environment; changes nothing",
        "keys rotate security",
        "keys rotate gateway",
    )
    rotating.add_argument("whose", choices=("security", "gateway"), help="the key for access tokens, or for identities")


def number_of_replicas(word: str) -> int:
    """The number of servers that keep each message, as NATS allows it. Raises ArgumentTypeError."""
    if word not in {"1", "2", "3", "4", "5"}:
        raise ArgumentTypeError("must be a number from 1 to 5")
    return int(word)


def _service(word: str) -> str:
    if word not in SERVICES:
        raise ArgumentTypeError(f"unknown service {word}: choose one of {', '.join(SERVICES)}")
    return word


def _add_company(commands: Commands) -> None:
    kinds = importable()
    importing = _add_clerk(
        commands,
        "import",
        "gateway.import_file",
        "import a CSV file or a workbook: all of it, or nothing and a list of all errors",
        "import work-orders orders.csv",
        r"import customers - --user 'ALAMO\rita' < customers.csv",
    )
    importing.add_argument("kind", choices=sorted(kinds), metavar="KIND", help=f"one of {', '.join(sorted(kinds))}")
    importing.add_argument("file", help="CSV file in UTF-8 with a heading line, or .xlsx; - reads standard input")
    importing.add_argument("--check", action="store_true", help="only check the file; import nothing")
    reconciling = _add_clerk(
        commands,
        "reconcile",
        "gateway.run_reconcile",
        "compare the two ledgers in the open months; exits with 3 if they differ",
        "reconcile --json",
        "reconcile --all",
    )
    reconciling.add_argument("--all", action="store_true", help="compare every month since the first")


def _add_audit(commands: Commands) -> None:
    verifying = _add(
        commands,
        "verify",
        "audit.verify_audit",
        "check the seals of the audit; exits with 3 if an entry was changed, removed or never sealed",
        "audit verify",
        "audit verify security --expect 1207:9f2c...",
        "audit verify --full",
    )
    verifying.add_argument("service", nargs="?", type=_service, metavar="SERVICE", help="default: all services")
    verifying.add_argument(
        "--expect", metavar="POSITION:SEAL", help="a seal noted earlier, without which a removed end is not detected"
    )
    verifying.add_argument(
        "--full", action="store_true", help="check from the first entry, not from where the audit was checked last"
    )


def _add_runs(commands: Commands) -> None:
    listing = _add_clerk(commands, "list", "gateway.list_runs", "list the newest runs", "export-run list --limit 5")
    listing.add_argument("--limit", type=int, default=20, help="maximum number of runs (default: 20)")
    showing = _add_clerk(
        commands, "show", "gateway.show_run", "show a run and its unsettled invoices", "export-run show 7"
    )
    showing.add_argument("id", type=int)
    withdrawing = _add_clerk(
        commands,
        "withdraw",
        "gateway.withdraw_run",
        "withdraw invoices that have no answer yet, so that they are never booked",
        "export-run withdraw 7",
        "export-run withdraw 7 --invoice 31 --invoice 32",
    )
    withdrawing.add_argument("id", type=int)
    withdrawing.add_argument(
        "--invoice",
        dest="invoices",
        type=int,
        action="append",
        metavar="ID",
        help="only this invoice; can be repeated",
    )


def _add_letters(commands: Commands) -> None:
    listing = _add(
        commands,
        "list",
        "dead_letters.list_letters",
        "list messages that have not been replayed",
        "dead-letters list rating",
    )
    listing.add_argument("service", nargs="?", type=_service, help="default: all services")
    showing = _add(
        commands, "show", "dead_letters.show_letter", "show a message with its payload", "dead-letters show rating 7"
    )
    showing.add_argument("service", type=_service)
    showing.add_argument("id", type=int)
    replaying = _add(
        commands,
        "replay",
        "dead_letters.replay_letters",
        "handle messages again",
        "dead-letters replay rating 7 8",
        "dead-letters replay rating --consumer rating-invoice-exported",
    )
    replaying.add_argument("service", type=_service)
    replaying.add_argument("ids", nargs="*", type=int, metavar="ID")
    replaying.add_argument("--consumer", help="all messages of this consumer")
