"""What receivables refuses."""

from shared.errors import DomainError


class MonthClosed(DomainError):
    """The month is closed, or too far ahead of the last closed one: post in an open month."""

    code = "MONTH_CLOSED"
    status = 409


class NotNextMonth(DomainError):
    """Months are closed one after another: close the one that follows the last closed month."""

    code = "NOT_NEXT_MONTH"
    status = 409


class NothingToCredit(DomainError):
    """Earlier credits have brought what was chosen to zero already."""

    code = "NOTHING_TO_CREDIT"
    status = 409


class NotFromRating(DomainError):
    """Only invoices that came from rating are credited by work order with a disposition."""

    code = "NOT_FROM_RATING"
    status = 409


class WorkOrderNotOnInvoice(DomainError):
    """A chosen work order has no line on this invoice."""

    code = "WORK_ORDER_NOT_ON_INVOICE"
    status = 422


class NumberTaken(DomainError):
    """There is a customer with this number in the company already."""

    code = "NUMBER_TAKEN"
    status = 409


class UnknownReference(DomainError):
    """An AR company, receivable type or GL account is named that does not exist."""

    code = "UNKNOWN_REFERENCE"
    status = 422


class LogoRefused(DomainError):
    """A logo is a PNG, JPEG or SVG picture of at most 512 KiB, sent as the body."""

    code = "LOGO_REFUSED"
    status = 422
