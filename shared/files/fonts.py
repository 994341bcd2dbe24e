"""The fonts of documents. They come with the product, so that a document looks the same on every machine."""

import atexit
import os
import shutil
import tempfile
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

# These are kept in Python modules, as bytes.
_IN_MODULES = (
    "FiraGO_Regular",
    "FiraGO_Bold",
    "NotoSans_Regular",
    "NotoSans_Bold",
    "NotoSansMath_Regular",
    "NotoSansSymbols_Regular",
    "NotoSansSymbols2_Regular",
)
_IN_PACKAGES = (
    "fontpkg_noto_sans_arabic",
    "fontpkg_noto_sans_devanagari",
    "fontpkg_noto_sans_khmer",
    "fontpkg_noto_sans_tamil",
    "fontpkg_noto_sans_telugu",
    "fontpkg_noto_sans_thai",
    "noto_cjk_sans_otc",
)


@cache
def font_directory() -> str:
    """A directory of this process for the fonts that `font_paths` writes; it is deleted when the process ends."""
    directory = tempfile.mkdtemp(prefix="ratebook-fonts-")
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    return directory


def font_paths(directory: str) -> list[str]:
    """Where all fonts are, after those that packages keep as bytes are written to `directory`.

    A worker process does this, because unpacking them takes a moment. Several may do it at once.
    """
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    for name in _IN_MODULES:
        path = folder / f"{name}.ttf"
        if not path.exists():
            part = folder / f"{name}.{os.getpid()}"
            part.write_bytes(import_module(f"pymupdf_fonts.{name}").fontbuffer)
            part.replace(path)
    return [directory, *(str(_folder_of(package)) for package in _IN_PACKAGES)]


def _folder_of(package: str) -> Path:
    found = find_spec(package)
    assert found is not None
    assert found.origin is not None, package
    return Path(found.origin).parent
