"""`python -m deploy.checks`: every check of the house, what each has found, and 1 when it is anything."""

import sys

from deploy.checks import migrations, namesakes, states

CHECKS = (migrations.find, namesakes.find, states.find)


def main() -> int:
    """Prints what the checks have found; the exit status says whether it was anything."""
    found = [sentence for check in CHECKS for sentence in check()]
    print("\n".join(found) if found else "House rules: nothing found.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
