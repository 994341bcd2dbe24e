"""Files at orders: what may be attached, under which name, and how it is given out."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import Field

from services.rating.errors import AttachmentRefused
from shared.values.fields import COMPLETE

MediaType = Literal["application/pdf", "image/png", "image/jpeg"]
StoredIn = Literal["database", "directory"]
MOST_BYTES: Final = 10 * 2**20
MOST_OF_AN_ORDER: Final = 50
LONGEST_NAME: Final = 150
KEPT_DAYS: Final = 30
"""How long the content of a removed file is kept."""
_FIRST_BYTES: dict[bytes, MediaType] = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}
_ENDINGS: dict[MediaType, tuple[str, ...]] = {
    "application/pdf": (".pdf",),
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg"),
}
_SHOWN_IN_PLACE: frozenset[MediaType] = frozenset({"image/png", "image/jpeg"})
_UNSAFE = re.compile(r'[<>:"|?*]')


@dataclass(frozen=True)
class SentFile:
    """A file that can be attached: its name was cleaned, and its content is what the name says."""

    name: str
    media_type: MediaType
    content: bytes
    sha256: str


@dataclass(frozen=True)
class Attachment:
    """A file at an order."""

    __pydantic_config__ = COMPLETE

    id: int
    work_order_id: int
    name: Annotated[str, Field(description="The name of the file, as it was cleaned at the upload.")]
    media_type: Annotated[MediaType, Field(description="The kind of the file, found by its content.")]
    bytes: Annotated[int, Field(description="The size of the file.")]
    sha256: Annotated[str, Field(description="The SHA-256 of the content, in hexadecimal.")]
    travels: Annotated[bool, Field(description="Whether a link to the file goes with the invoice.")]
    uploaded_by: str
    uploaded_at: datetime
    changed_by: str | None
    changed_at: datetime | None
    revision: int


@dataclass(frozen=True)
class StoredAttachment(Attachment):
    """A file with the place where its content is."""

    stored_in: StoredIn


def clean_name(name: str) -> str:
    """The name without folders, characters that nobody sees, and those that file systems refuse.

    The end of a long name stays. Example: `C:\\scans\\Proof: W1.pdf` becomes `Proof_ W1.pdf`. Raises AttachmentRefused for
    a name without letters.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    # Cc are control characters; Cf turn the direction of writing or are invisible, so that exe.pdf looks like fdp.exe.
    seen = "".join(letter for letter in last if unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Co", "Cn"})
    cleaned = " ".join(_UNSAFE.sub("_", seen).split()).strip(". ")
    stem, dot, ending = cleaned.rpartition(".")
    if not (stem if dot else ending).strip("_. "):
        raise AttachmentRefused("The file has no name. Send its name as `name`, such as `affidavit.pdf`.")
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}" if dot else cleaned[:LONGEST_NAME]


def media_type_of(content: bytes, name: str) -> MediaType:
    """The kind of a file by its first bytes; raises AttachmentRefused if it is another one or its name says otherwise."""
    kind = next((kind for start, kind in _FIRST_BYTES.items() if content.startswith(start)), None)
    if kind is None:
        raise AttachmentRefused(f"{name} is not a PDF, PNG or JPEG. Save it as one of these and send it again.")
    if not name.lower().endswith(_ENDINGS[kind]):
        wanted = " or ".join(_ENDINGS[kind])
        raise AttachmentRefused(f"{name} is {kind} by its content. Its name must end with {wanted}.")
    return kind


def require_room(attached: int, number: str) -> None:
    """Raises AttachmentRefused if an order has as many files as it may have."""
    if attached >= MOST_OF_AN_ORDER:
        raise AttachmentRefused(f"Work order {number} has {attached} files, which is the limit. Remove one first.")


def is_shown_in_place(media_type: MediaType) -> bool:
    """Whether a browser may show the file itself; a PDF can have scripts, so it is saved instead."""
    return media_type in _SHOWN_IN_PLACE
