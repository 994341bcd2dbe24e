"""Whether a file that somebody sends can be opened: pictures are decoded and PDFs read, in a worker process."""

import math
import warnings
from functools import partial
from io import BytesIO

import anyio
import anyio.to_process
from PIL import Image
from pypdf import PdfReader

OPENING_SECONDS = 10.0
MOST_PIXELS = 50_000_000
MOST_PAGES = 2_000
_TOO_LARGE = f"has more than {MOST_PIXELS:,} pixels"
_MOST_AT_ONCE = 2
# Of its own, because printing must not wait for files.
_turns = anyio.CapacityLimiter(_MOST_AT_ONCE)


async def find_fault(content: bytes, media_type: str) -> str | None:
    """A sentence without its subject that says why the file cannot be opened; None if it can.

    A small file can unpack to one that fills the memory, or never end, so a process of its own does it, for a limited time.
    """
    async with _turns:
        try:
            with anyio.fail_after(OPENING_SECONDS):
                return await anyio.to_process.run_sync(
                    partial(fault_in, content, media_type), cancellable=True, limiter=anyio.CapacityLimiter(math.inf)
                )
        except TimeoutError:
            return f"could not be opened within {OPENING_SECONDS:.0f} s"
        except anyio.BrokenWorkerProcess:
            return "could not be opened"


def fault_in(content: bytes, media_type: str) -> str | None:
    """The same; runs in a worker process."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return _fault_in_pdf(content) if media_type == "application/pdf" else _fault_in_picture(content)
        except Image.DecompressionBombError:
            return _TOO_LARGE
        except (Exception, RecursionError):
            return "is damaged and cannot be opened"


def _fault_in_picture(content: bytes) -> str | None:
    # The size is read from the head of the file, before anything is unpacked.
    with Image.open(BytesIO(content), formats=("PNG", "JPEG")) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            return _TOO_LARGE
        picture.load()
    return None


def _fault_in_pdf(content: bytes) -> str | None:
    reader = PdfReader(BytesIO(content))
    if reader.is_encrypted:
        return "is protected by a password"
    pages = reader.get_num_pages()
    if not 0 < pages <= MOST_PAGES:
        return f"has {pages:,} pages instead of 1 to {MOST_PAGES:,}"
    # Each page is looked up, so that a file that only claims to have them is found out.
    for page in reader.pages:
        _ = page.mediabox
    return None
