"""When two names are the same: one normal form for all records of all services."""

import unicodedata

# Characters that nobody sees beside those of the category Cf: joiners of combining marks, fillers, variation selectors.
_INVISIBLE = frozenset(
    "\N{COMBINING GRAPHEME JOINER}\N{HANGUL CHOSEONG FILLER}\N{HANGUL JUNGSEONG FILLER}\N{HANGUL FILLER}"
    "\N{HALFWIDTH HANGUL FILLER}\N{KHMER VOWEL INHERENT AQ}\N{KHMER VOWEL INHERENT AA}"
) | {chr(code) for code in (*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))}


def fold(text: str) -> str:
    """The form in which names and numbers are compared.

    Upper and lower case are the same, and so are characters that differ only in how they are written (NFKD: wide and
    narrow letters, ligatures, accents typed as one character or two) or that nobody sees: invisible characters and
    marks of direction. Spaces at the ends do not count, and several in a row count as one.

    Examples: `José` and `JOSÉ`; `Ｗ-1001` and `w-1001`; `Mileage` with a zero-width space and `mileage`.
    Unicode's compatibility caseless matching (D146), without ignorable characters.
    """
    folded = text.casefold()
    if not text.isascii():
        for _ in range(2):
            folded = unicodedata.normalize("NFKD", without_invisible(unicodedata.normalize("NFKD", folded)).casefold())
    return " ".join(folded.split())


def without_invisible(text: str) -> str:
    """The text without invisible characters and marks of direction."""
    if text.isascii():
        return text
    return "".join(char for char in text if char not in _INVISIBLE and unicodedata.category(char) != "Cf")


def plain(text: str) -> str:
    """A code or number as it is typed on a plain keyboard: wide letters become narrow ones, invisible ones vanish."""
    return text if text.isascii() else without_invisible(unicodedata.normalize("NFKC", text))
