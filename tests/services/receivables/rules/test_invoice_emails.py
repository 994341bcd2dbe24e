"""The text of an e-mail with an invoice, and its retries."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from services.receivables.rules.invoice_emails import next_attempt, write_letter
from services.receivables.rules.invoice_prints.documents import DocumentAmendment, DocumentHead, InvoiceDocument
from shared.contracts.order_facts import AttachmentFacts

HEAD = DocumentHead(
    *(1, 1, "Alamo", "", "USD", "100001", "2026-11", 1, "E1", "Plain", "", None, ""),
    *(date(2026, 11, 10), date(2026, 12, 10), None, None),
    *(Decimal("1200.00"), Decimal("0.00"), Decimal("1200.00")),
)


def credited(amount: str) -> InvoiceDocument:
    credit = DocumentAmendment(1, "credit_memo", date(2026, 11, 11), Decimal(amount))
    return InvoiceDocument(HEAD, (), (), (credit,), ())


def test_the_e_mail_asks_for_the_amount_due() -> None:
    letter = write_letter(credited("-200.00"))
    assert letter.subject == "Invoice 100001 from Alamo"
    assert "for 1,200.00 USD" in letter.text
    assert "Please pay 1,000.00 USD by 2026-12-10." in letter.text
    assert "Please pay" not in write_letter(credited("-1200.00")).text


def test_the_e_mail_names_the_files_of_the_orders_with_their_links() -> None:
    file = AttachmentFacts(
        name="proof.pdf", bytes=7, sha256="ab", link="/api/v1/rating/work-orders/1/attachments/2/content"
    )
    assert "files" not in write_letter(credited("0.00")).text
    without = write_letter(credited("0.00"), [file]).text
    assert "These files belong to it; ask us for a copy:\n- proof.pdf\n" in without
    linked = write_letter(credited("0.00"), [file], "https://ratebook.example").text
    assert "sign in to open them:\n- proof.pdf: https://ratebook.example/api/v1/rating/work-orders/1/attach" in linked


def test_an_e_mail_is_retried_for_two_days_at_growing_intervals() -> None:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    pauses = [found - at for attempts in range(1, 8) if (found := next_attempt(attempts, at)) is not None]
    assert pauses == sorted(set(pauses))
    assert (len(pauses), pauses[0]) == (7, timedelta(minutes=1))
    assert timedelta(days=1) < sum(pauses, timedelta()) < timedelta(days=2)
    assert next_attempt(8, at) is None
