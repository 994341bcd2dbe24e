"""Installs a lock file into this virtual environment and shows how far it is; needs nothing but Python.

`set_up.py local` installs what a running suite needs, `set_up.py all` what development needs as well. Interrupted, it can
be started again: nothing that is installed already is downloaded again.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LAST_LINES = 15
_ONE_MORE = ("Collecting", "Processing", "Requirement already", "Ignoring")


def show(words: str, *, passing: bool = False) -> None:
    """One line that is written over at a terminal; elsewhere a line each, without the passing ones."""
    if sys.stdout.isatty():
        print(f"\r  {words:<30}", end="\n" if words == "done" else "", flush=True)
    elif not passing:
        print(f"  {words}", flush=True)


def install_command() -> None:
    """Puts `ratebook` beside this Python: the command of deploy/command, from any directory."""
    command = Path(sys.executable).parent / "ratebook"
    command.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -P -m deploy.command "$@"\n')
    command.chmod(0o755)


def main() -> int:
    """Installs the packages of a lock file and the command `ratebook`; the exit status is 1 when it failed."""
    lock = ROOT / "locks" / f"{sys.argv[1]}.txt"
    wanted = sum("==" in line for line in lock.read_text().splitlines())
    # Python compiles what it imports; compiling everything here would take as long as the downloads.
    command = [
        *(sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--no-compile"),
        *("--require-hashes", "--no-deps", "-r", str(lock)),
    ]
    found = 0
    said: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
        assert pip.stdout is not None
        for line in pip.stdout:
            said.append(line.rstrip())
            if line.startswith(_ONE_MORE):
                found += 1
                show(f"{found} of {wanted} packages", passing=found % 20 != 0)
            elif line.startswith("Installing"):
                show("installing them")
    show("done")
    if pip.returncode == 0:
        install_command()
        return 0
    print("\n".join(said[-LAST_LINES:]))
    print("Setting up failed. Fix what the lines above say, then run the same command again.")
    return 1


if __name__ == "__main__":
    sys.exit(main())
