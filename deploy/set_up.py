"""Installing a lock file into this virtual environment, with progress; it needs only Python.

`set_up.py local` installs what running the suite needs, `set_up.py all` what development needs as well. If it is
interrupted, run it again; packages that are already installed are not downloaded again.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LAST_LINES = 15
_ONE_MORE = ("Collecting", "Processing", "Requirement already", "Ignoring")


def show(words: str, *, passing: bool = False) -> None:
    """Shows progress: a terminal has one line that is overwritten; elsewhere lines that are `passing` are left out."""
    if sys.stdout.isatty():
        print(f"\r  {words:<30}", end="\n" if words == "done" else "", flush=True)
    elif not passing:
        print(f"  {words}", flush=True)


def install_command() -> None:
    """Installs the command `ratebook` (deploy/command) next to this Python, for use in any directory."""
    command = Path(sys.executable).parent / "ratebook"
    command.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -P -m deploy.command "$@"\n')
    command.chmod(0o755)


def main() -> int:
    """Installs the packages of a lock file and the command `ratebook`; the exit status is 1 on failure."""
    lock = ROOT / "locks" / f"{sys.argv[1]}.txt"
    wanted = sum("==" in line for line in lock.read_text().splitlines())
    # Python compiles modules when they are imported; compiling all of them here would take as long as the downloads.
    command = [
        *(sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--no-compile"),
        *("--require-hashes", "--no-deps", "-r", str(lock)),
    ]
    found = 0
    output: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
        assert pip.stdout is not None
        for line in pip.stdout:
            output.append(line.rstrip())
            if line.startswith(_ONE_MORE):
                found += 1
                show(f"{found} of {wanted} packages", passing=found % 20 != 0)
            elif line.startswith("Installing"):
                show("installing packages")
    show("done")
    if pip.returncode == 0:
        install_command()
        return 0
    print("\n".join(output[-LAST_LINES:]))
    print("The installation failed. Fix the problem shown above, then run the same command again.")
    return 1


if __name__ == "__main__":
    sys.exit(main())
