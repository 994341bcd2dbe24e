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


class NotLastClosedMonth(DomainError):
    """Months are reopened one after another: only the one that was closed last."""

    code = "NOT_LAST_CLOSED_MONTH"
    status = 409


class ReopeningWaits(DomainError):
    """A reopening of this company waits for approval already: let it be decided, or withdraw it."""

    code = "REOPENING_WAITS"
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


class LineNotOnInvoice(DomainError):
    """A line is named that the invoice does not have."""

    code = "LINE_NOT_ON_INVOICE"
    status = 422


class MoreThanLeft(DomainError):
    """A credit takes more of a line than earlier ones have left of it, or has the opposite sign."""

    code = "MORE_THAN_LEFT"
    status = 422


class DispositionMissing(DomainError):
    """A credit that brings a work order to zero must say whether it is to be rated again (`rerate`) or taken out (`close`)."""

    code = "DISPOSITION_MISSING"
    status = 422


class DispositionUnneeded(DomainError):
    """A disposition came with a credit that leaves something of every work order: leave it out."""

    code = "DISPOSITION_UNNEEDED"
    status = 422


class OwnRequest(DomainError):
    """Four eyes: somebody else than who asked approves or rejects; who asked withdraws."""

    code = "OWN_REQUEST"
    status = 409


class OthersRequest(DomainError):
    """Only who asked changes or withdraws the request: others approve or reject it."""

    code = "OTHERS_REQUEST"
    status = 409


class RequestDecided(DomainError):
    """The request is approved, rejected or withdrawn already: ask again if it is still wanted."""

    code = "REQUEST_DECIDED"
    status = 409


class NumberTaken(DomainError):
    """There is a customer with this number in the company already."""

    code = "NUMBER_TAKEN"
    status = 409


class UnknownReference(DomainError):
    """An AR company, receivable type or GL account is named that does not exist."""

    code = "UNKNOWN_REFERENCE"
    status = 422


class LogoRefused(DomainError):
    """A logo is a PNG of at most 512 KiB and 4,000 pixels a side, sent as the body."""

    code = "LOGO_REFUSED"
    status = 422


class BatchBusy(DomainError):
    """The batch is being validated or posted right now: wait until it is done."""

    code = "BATCH_BUSY"
    status = 409
    retry_after_seconds = 1


class BatchClosed(DomainError):
    """The batch is posted or cancelled: what is in it is changed by a new batch."""

    code = "BATCH_CLOSED"
    status = 409


class BatchNotValid(DomainError):
    """The batch is not in the state that this needs: validate it, mend what is found, and post it then."""

    code = "BATCH_NOT_VALID"
    status = 409


class BatchEmpty(DomainError):
    """A batch without entries cannot be posted."""

    code = "BATCH_EMPTY"
    status = 409


class BatchRestricted(DomainError):
    """The batch is for its creator and administrators alone."""

    code = "BATCH_RESTRICTED"
    status = 403


class EntryFaulty(DomainError):
    """An entry or a line cannot be saved as it was typed; `errors` names each field and why."""

    code = "ENTRY_FAULTY"
    status = 422


class TransactionHeld(DomainError):
    """A posted transaction of this invoice is in a batch to be changed or deleted: post or release it first."""

    code = "TRANSACTION_HELD"
    status = 409


class NotForBatch(DomainError):
    """This posted transaction cannot be brought back into this batch."""

    code = "NOT_FOR_BATCH"
    status = 409


class EntryReadOnly(DomainError):
    """What came from rating or was brought back to be deleted is not edited in the batch."""

    code = "ENTRY_READ_ONLY"
    status = 409


class NothingToPrint(DomainError):
    """Nothing that was chosen is a posted invoice that you may see."""

    code = "NOTHING_TO_PRINT"
    status = 409


class NothingToSend(DomainError):
    """Nothing that was chosen to be sent is a posted invoice that you may see."""

    code = "NOTHING_TO_SEND"
    status = 409


class EmailNotSetUp(DomainError):
    """No mail server is set up, so nothing can be sent: an operator names one in the environment of the service."""

    code = "EMAIL_NOT_SET_UP"
    status = 409


class EmailNotFailed(DomainError):
    """Only an e-mail that was given up is tried again; one that was sent is sent anew with `again`."""

    code = "EMAIL_NOT_FAILED"
    status = 409


class NothingToWriteOff(DomainError):
    """Nothing that fits the criteria is to be written off; the preview says what was left alone and why."""

    code = "NOTHING_TO_WRITE_OFF"
    status = 409


class OwnBatch(DomainError):
    """Four eyes: somebody else than who sent the batch to be posted approves it."""

    code = "OWN_BATCH"
    status = 409


class BatchesOpen(DomainError):
    """A month is closed when nothing waits in it any more: post its batches, or clear them."""

    code = "BATCHES_OPEN"
    status = 409
