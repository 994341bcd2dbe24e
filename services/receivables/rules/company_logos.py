"""Which pictures can be logos of companies."""

MAX_LOGO_BYTES = 512 * 2**10
_LARGEST_SIDE = 4_000
_PNG = b"\x89PNG\r\n\x1a\n"


def fault_in_logo(content: bytes) -> str | None:
    """A sentence that says why a picture cannot be a company's logo; None if it can.

    Only PNG is accepted, because an SVG can refer to other files, and a small file of any kind can unpack to a picture
    that fills the memory. The first chunk of a PNG holds its width and height, four bytes each.
    """
    if not content.startswith(_PNG) or content[12:16] != b"IHDR":
        return "The picture is not a PNG. Save it as a PNG and send it again."
    if max(int.from_bytes(content[16:20]), int.from_bytes(content[20:24])) > _LARGEST_SIDE:
        return f"The picture is more than {_LARGEST_SIDE:,} pixels wide or high. Make it smaller."
    return None
