"""`python -m deploy.checks.subject FILE` checks that the first line of a commit message is `area: what changes`."""

import re
import sys
from pathlib import Path

MOST = 72
_FORM = re.compile(r"[a-z][a-z0-9, -]*: \S.*")


def fault_in(subject: str) -> str | None:
    """What is wrong with a subject line, or None."""
    if subject.startswith(("Merge ", "Revert ")):
        return None
    if not _FORM.fullmatch(subject):
        return "Begin the subject with the area that changes, such as `rating: what changes`."
    if len(subject) > MOST:
        return f"The subject has {len(subject)} characters, but at most {MOST} are allowed. Move details to the body."
    return None


def main() -> int:
    """Checks the commit message in the file that git passes."""
    subject = Path(sys.argv[1]).read_text().splitlines()[0]
    fault = fault_in(subject)
    if fault is not None:
        print(fault)
    return 0 if fault is None else 1


if __name__ == "__main__":
    sys.exit(main())
