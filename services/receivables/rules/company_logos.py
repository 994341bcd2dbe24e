"""Owns which pictures can be companies' logos."""

MOST_LOGO_BYTES = 512 * 2**10
_LARGEST_SIDE = 4_000
_PNG = b"\x89PNG\r\n\x1a\n"


def fault_in_logo(content: bytes) -> str | None:
    """What keeps a picture from being a company's logo, in words; None when nothing does.

    Only PNG: an SVG can name other files, and small files of any kind can unpack to pictures that fill the memory. Width
    and height stand in the first part of a PNG, each four bytes.
    """
    if not content.startswith(_PNG) or content[12:16] != b"IHDR":
        return "The picture is no PNG; save it as one."
    if max(int.from_bytes(content[16:20]), int.from_bytes(content[20:24])) > _LARGEST_SIDE:
        return f"The picture has more than {_LARGEST_SIDE} pixels on a side; make it smaller."
    return None
