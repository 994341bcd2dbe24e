"""The template of invoices, drawn from values: nothing is cut, and the PDF can be read aloud."""

import json
import re
from io import BytesIO
from typing import Any, cast

import pytest
from pypdf import PdfReader

from services.receivables.rules.invoice_prints.content import content_of, template_data
from services.receivables.rules.invoice_prints.samples import Sample, samples
from shared.files import fonts, pdf
from tests.fixtures.documents import INVOICE_TEMPLATE

ORDERS = 40
SAMPLES = {sample.name: sample for sample in samples(ORDERS)}


def drawn(*chosen: Sample) -> PdfReader:
    shown = [content_of(sample.document, sample.mark) for sample in chosen]
    made = pdf.draw(str(INVOICE_TEMPLATE), json.dumps(template_data(shown, {})), 0, fonts.font_directory())
    assert isinstance(made, pdf.Drawn), made
    assert made.replaced == ""
    return PdfReader(BytesIO(made.content))


def texts(reader: PdfReader) -> list[str]:
    return [page.extract_text() for page in reader.pages]


def test_every_part_of_an_invoice_is_printed() -> None:
    (page,) = texts(drawn(SAMPLES["one-order"]))
    for expected in (
        *("Invoice 100001", "Amount due", "$130.74", "due December 20, 2026", "PO Box 830210", "routing 114000093"),
        *(
            "2026-0417",
            "Northside Credit Union v. Lopez",
            "2026-CI-19422",
            "285th District Court",
            "Citation, Plaintiff",
        ),
        *("Maria Elena Lopez", "2219 Culebra Rd", "Served Nov 2, 2026, 4:15 PM", "25 min, 10 included, 15 × 0.53"),
        *("4% of 75.00 = 3.00, at least 5.00", "Fee advances, paid on your behalf", "Page 1 of 1", "74-5550142"),
    ):
        assert expected in page, f"{expected} is missing in:\n{page}"
    assert "Notary" not in page, "a line of 0.00"


def test_invoices_of_one_file_have_page_numbers_of_their_own_and_continued_heads() -> None:
    pages = texts(drawn(SAMPLES["replacing"], SAMPLES["roll-up"], SAMPLES["retainage"]))
    numbers = [tuple(map(int, found[0])) for page in pages if (found := re.findall(r"Page (\d+) of (\d+)", page))]
    ends = [last for number, last in numbers if number == 1]
    assert numbers == [(number, last) for last in ends for number in range(1, last + 1)]
    assert len(ends) == 3
    assert ["continued" in page for page in pages] == [number > 1 for number, _ in numbers]
    summary = "".join(page for page in pages if "Matter and case" in page)
    assert all(f"W-26-{4000 + index:05}" in summary for index in range(ORDERS)), "the summary repeats its head"
    assert "replaces invoice 099987" in pages[0]
    assert "you may deduct $99.00" in pages[-1]
    assert "Retained until completion −510.00" in pages[-1]


def test_names_in_any_script_are_printed_whole() -> None:
    (page,) = texts(drawn(SAMPLES["names"]))
    for expected in ("田中 太郎", "北京大成律师事务所", "김민준", "Nguyễn Văn Ứng", "翻译费"):
        assert expected in page, f"{expected} is missing in:\n{page}"
    assert "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamter" in re.sub(r"[\s\u200b]", "", page)


def tags_of(node: Any) -> list[str]:
    """The structure tags below a node, depth first."""
    found: list[str] = []
    waiting = [node]
    while waiting:
        one = waiting.pop().get_object()
        if isinstance(one, list):
            waiting += reversed(one)
        elif isinstance(one, dict):
            found += [one["/S"]] if "/S" in one else []
            waiting += [one["/K"]] if "/K" in one else []
    return found


@pytest.mark.parametrize("name", ["one-order", "replacing"])
def test_an_invoice_can_be_read_aloud(name: str) -> None:
    """PDF/UA-1 and PDF/A-2a: title, language, headings, and tables with head cells. typst refuses what breaks them.

    veraPDF is not a part of the suite; these are the marks that it looks for first.
    """
    reader = drawn(SAMPLES[name])
    root = cast("Any", reader.trailer["/Root"])
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    assert reader.metadata.title == f"Invoice {SAMPLES[name].document.head.number}"
    metadata = root["/Metadata"].get_data().decode()
    assert re.search(r"<pdfuaid:part>1<", metadata)
    assert re.search(r"<pdfaid:part>2<", metadata)
    tags = tags_of(root["/StructTreeRoot"]["/K"])
    assert {"/H1", "/H2", "/Table", "/TH", "/TD"} <= set(tags), set(tags)
    assert tags.count("/H1") == 1
