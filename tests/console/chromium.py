"""Where the Chromium of this machine is, for tests that use one; knowing that needs nothing that drives it."""

import os
import shutil
import sys

_NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = "There is no Chromium on the PATH. On Debian and Ubuntu, install the package chromium."


def find_chromium() -> str | None:
    """The path of the browser, or None without one; RATEBOOK_CHROMIUM names another one."""
    return os.environ.get("RATEBOOK_CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)


if __name__ == "__main__":
    sys.exit(None if find_chromium() else MISSING)
