"""`python -m deploy.checks` runs all house checks and prints what they find; it exits with 1 if they find anything."""

import sys

from deploy.checks import console, lists, migrations, namesakes, states, wording

CHECKS = (console.find, lists.find, migrations.find, namesakes.find, states.find, wording.find)


def main() -> int:
    """Prints the findings of the checks; the exit status is 1 if there are any."""
    found = [sentence for check in CHECKS for sentence in check()]
    print("\n".join(found) if found else "House rules: nothing found.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
