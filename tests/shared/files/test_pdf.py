"""PDF: no text stops a document, and one that cannot be drawn fails with a reason."""

import hashlib
import os
import subprocess
import sys
from importlib import import_module
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from shared.clock import now
from shared.errors import DocumentFailed
from shared.files.pdf import Drawn, find_faulty, render_pdf
from tests.fixtures.faulty_documents import DEADLY, UNDRAWABLE, use_faulty_documents

TEMPLATE = Path(__file__).with_name("names.typ")
ROOT = Path(__file__).parents[3]
# Between spaces, these make typst panic instead of naming them.
PANIC = " ".join(map(chr, (0x7EA, 0x7EC, 0x7ED, 0x7EE, 0x7EF, 0x7F0, 0x7F1, 0x7F2, 0x7F3, 0x7FE)))


async def drawn(*names: str) -> Drawn:
    data = {"names": names, "printed_at": "today", "printed_by": "rita", "filter": {}}
    return await render_pdf(TEMPLATE, data, now())


def text_of(document: Drawn) -> str:
    return "".join(page.extract_text() for page in PdfReader(BytesIO(document.content)).pages)


@pytest.mark.parametrize(
    "name",
    [
        *("田中法律事務所", "北京大成律师事务所", "김앤장", "مكتب المحاماة", "משרד עורכי דין", "हिन्दी", "ไทย", "தமிழ்"),
        *("తెలుగు", "ខ្មែរ", "ქართული", "Ελλάδα", "Київ", "Nguyễn Văn Ứng", "½ → ✓ ☎ ∑", "Հայ", "x" * 200),
        *("#panic() $ * _ ` \\ <a> @b // /*", "two\nlines\tand a tab", "\x07\x1f\x7f\x85", "soft\xadhyphen \u202eleft"),
    ],
)
async def test_names_in_many_scripts_are_shown(name: str) -> None:
    document = await drawn(name)
    assert document.replaced == ""
    assert "\N{REPLACEMENT CHARACTER}" not in text_of(document)


@pytest.mark.parametrize(
    ("name", "replaced"),
    [
        ("Smile 😀 Ltd", "U+1F600"),
        ("👨\u200d👩\u200d👧 and 田中", "U+1F467, U+1F468, U+1F469"),
        ("বাংলা", "U+09AC, U+09BE, U+0982, U+09B2"),
        ("a\0b", "U+0000"),
        ("half \ud800 of a pair", "U+D800"),
        ("private \ue000", "U+E000"),
        ("\ufffe\U0010ffff", "U+FFFE, U+10FFFF"),
        (PANIC, ""),
    ],
)
async def test_a_character_that_no_font_has_is_replaced_and_named(name: str, replaced: str) -> None:
    document = await drawn("Plain & Sons", name)
    assert set(replaced.split(", ")) <= set(document.replaced.split(", ")) if replaced else document.replaced
    text = text_of(document)
    assert "Plain & Sons" in text
    assert "\N{REPLACEMENT CHARACTER}" in text


async def test_thousands_of_characters_without_a_font_take_seconds_and_are_counted() -> None:
    document = await drawn("".join(map(chr, range(0x13000, 0x13400))), "田中")
    assert document.replaced.startswith("U+13000, U+13001, ")
    assert document.replaced.endswith(" and 1,004 more")


_DRAW = """
import sys, typst
from shared.files import fonts, pdf
families = typst.Fonts(include_system_fonts=True).families()
data = '{"names": ["Harlan & Ruiz", "田中", "𝄞"], "printed_at": "", "printed_by": "", "filter": {}}'
made = pdf.draw(sys.argv[1], data, 0, fonts.font_directory())
sys.stdout.buffer.write(b"%d " % ("Noto Music" in families) + made.replaced.encode() + b" " + made.content)
"""


def test_a_document_is_the_same_on_a_machine_with_other_fonts(tmp_path: Path) -> None:
    """Its system has a font for a character that the product's fonts lack."""
    found = []
    for home in ("without", "with"):
        folder = tmp_path / home / ".local" / "share" / "fonts"
        folder.mkdir(parents=True)
        if home == "with":
            (folder / "music.ttf").write_bytes(import_module("pymupdf_fonts.NotoMusic_Regular").fontbuffer)
        environment = {**os.environ, "HOME": str(tmp_path / home), "PYTHONPATH": str(ROOT)}
        environment.pop("XDG_DATA_HOME", None)
        made = subprocess.run(
            [sys.executable, "-c", _DRAW, str(TEMPLATE)], env=environment, capture_output=True, check=True
        )
        installed, replaced, content = made.stdout.split(b" ", 2)
        found.append((installed, replaced, hashlib.sha256(content).hexdigest()))
    assert [one[0] for one in found] == [b"0", b"1"]
    assert found[0][1] == b"U+1D11E"
    assert found[0][1:] == found[1][1:]


async def test_a_document_that_cannot_be_drawn_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    use_faulty_documents(monkeypatch)
    with pytest.raises(DocumentFailed, match="The document cannot be drawn: unknown variable") as failed:
        await drawn("Plain", UNDRAWABLE)
    assert not failed.value.passing
    with pytest.raises(DocumentFailed, match="The process that draws documents ended") as failed:
        await drawn(DEADLY)
    assert failed.value.passing
    data = {"names": ["Plain", UNDRAWABLE, "Plain"], "printed_at": "", "printed_by": "", "filter": {}}
    faulty = await find_faulty(TEMPLATE, data, "names", now())
    assert faulty == {1: "The document cannot be drawn: unknown variable: undrawable."}
    assert "Plain" in text_of(await drawn("Plain"))


async def test_a_document_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    # A worker that is ended while it starts would be left to the garbage collector.
    await drawn("Plain")
    monkeypatch.setattr("shared.files.pdf.DRAWING_SECONDS", 0.001)
    with pytest.raises(DocumentFailed, match="was not ready after") as failed:
        await drawn("Plain")
    assert failed.value.passing
