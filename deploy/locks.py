"""The lock files: the names, versions and hashes of all packages, one file for each deployable.

`python -m deploy.locks compile [--upgrade]` writes them from pyproject.toml. `python -m deploy.locks check` installs
each deployable's own lock and imports it, so that none depends on the packages of another.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
LOCKS = ROOT / "locks"
DEPLOYABLES = {
    "rating": "services.rating.main",
    "receivables": "services.receivables.main",
    "security": "services.security.main",
    "gateway": "gateway.main",
}
# What `make demo` and `make up` install, and what `make test`, `make mutants`, `make test-ldap` and `make test-console`
# add. What `ldap` adds is built from source and needs a compiler and the headers of libldap; `console` is Node, and
# `browser` drives a browser.
SETS = ("local", "test", "mutants", "ldap", "console", "browser")
_UV = str(Path(sys.executable).parent / "uv")


def compile_locks(*, upgrade: bool) -> None:
    """Writes `all.txt`, then each deployable's lock with the same versions."""
    for name in ("all", *SETS, *DEPLOYABLES):
        command = [
            *(_UV, "pip", "compile", "--quiet", "pyproject.toml", "--group", name),
            *("--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url"),
            *("--no-annotate", "--no-header", "--output-file", f"locks/{name}.txt"),
        ]
        if name != "all":
            command += ["--constraints", "locks/all.txt"]
        elif upgrade:
            command.append("--upgrade")
        subprocess.run(command, cwd=ROOT, check=True)
        print(f"locks/{name}.txt")


def check_locks() -> None:
    """Installs the lock of each deployable into a new environment and imports its module."""
    for name, module in DEPLOYABLES.items():
        with tempfile.TemporaryDirectory(prefix=f"ratebook-{name}-") as directory:
            python = Path(directory) / "bin" / "python"
            subprocess.run([_UV, "venv", "--quiet", "--python", sys.executable, directory], check=True)
            install = [_UV, "pip", "install", "--quiet", "--require-hashes", "--no-deps", "--python", str(python)]
            subprocess.run([*install, "-r", str(LOCKS / f"{name}.txt")], check=True)
            subprocess.run([str(python), "-c", f"import {module}"], cwd=ROOT, check=True)
        print(f"{name} imports with its own lock")


def main() -> None:
    """Compiles the lock files, or checks that each deployable works with its own."""
    parser = argparse.ArgumentParser(prog="python -m deploy.locks", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    compiling = commands.add_parser("compile")
    compiling.add_argument("--upgrade", action="store_true", help="use the newest versions")
    commands.add_parser("check")
    given = parser.parse_args()
    if given.command == "compile":
        compile_locks(upgrade=given.upgrade)
    else:
        check_locks()


if __name__ == "__main__":
    main()
