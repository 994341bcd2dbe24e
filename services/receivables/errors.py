"""What receivables refuses."""

from shared.errors import DomainError


class MonthClosed(DomainError):
    """The month is closed, or too far ahead of the last closed month. Post in an open month."""

    code = "MONTH_CLOSED"
    status = 409


class NotNextMonth(DomainError):
    """Months are closed one after another. Close the month that follows the last closed one."""

    code = "NOT_NEXT_MONTH"
    status = 409


class NotLastClosedMonth(DomainError):
    """Months are reopened one after another. Reopen the month that was closed last."""

    code = "NOT_LAST_CLOSED_MONTH"
    status = 409


class ReopeningWaits(DomainError):
    """A request to reopen a month of this company already awaits approval. Have it decided, or withdraw it."""

    code = "REOPENING_WAITS"
    status = 409


class NothingToCredit(DomainError):
    """Earlier credits already brought everything you chose to zero. Choose other lines or work orders."""

    code = "NOTHING_TO_CREDIT"
    status = 409


class NotFromRating(DomainError):
    """Only invoices that came from rating can be credited by work order. Enter this credit memo in a batch."""

    code = "NOT_FROM_RATING"
    status = 409


class WorkOrderNotOnInvoice(DomainError):
    """A work order that you chose has no line on this invoice. Choose work orders that are on it."""

    code = "WORK_ORDER_NOT_ON_INVOICE"
    status = 422


class LineNotOnInvoice(DomainError):
    """The invoice has no line with this number. `errors` lists each such line."""

    code = "LINE_NOT_ON_INVOICE"
    status = 422


class MoreThanLeft(DomainError):
    """The credit takes more than is left of a line or open of the invoice, or an amount is negative.

    `errors` lists each such line.
    """

    code = "MORE_THAN_LEFT"
    status = 422


class DispositionMissing(DomainError):
    """This credit brings a work order to zero.

    Say whether to rate the order again (`rerate`) or close it (`close`).
    """

    code = "DISPOSITION_MISSING"
    status = 422


class DispositionUnneeded(DomainError):
    """This credit brings no work order to zero. Leave the disposition out."""

    code = "DISPOSITION_UNNEEDED"
    status = 422


class OwnRequest(DomainError):
    """You cannot approve or reject your own request. Ask another approver, or withdraw it."""

    code = "OWN_REQUEST"
    status = 409


class OthersRequest(DomainError):
    """Only the requester can change or withdraw a request. You can approve or reject it."""

    code = "OTHERS_REQUEST"
    status = 409


class RequestDecided(DomainError):
    """The request is already approved, rejected or withdrawn. Make a new request if you still need one."""

    code = "REQUEST_DECIDED"
    status = 409


class NumberTaken(DomainError):
    """The company already has a customer with this number. Choose another number."""

    code = "NUMBER_TAKEN"
    status = 409


class UnknownReference(DomainError):
    """The record or request names an AR company, customer, contract, receivable type or GL account that does not exist.

    `errors` lists each field. Check the code, or add the record first.
    """

    code = "UNKNOWN_REFERENCE"
    status = 422


class TemplateRefused(DomainError):
    """The template cannot draw an invoice, or is not a text of at most 256 KiB. Correct it and send it again."""

    code = "TEMPLATE_REFUSED"
    status = 422


class LogoRefused(DomainError):
    """A logo must be a PNG of at most 512 KiB and 4,000 pixels on each side. Send it as the body."""

    code = "LOGO_REFUSED"
    status = 422


class BatchBusy(DomainError):
    """The batch is being validated or posted. Wait until that is done."""

    code = "BATCH_BUSY"
    status = 409
    retry_after_seconds = 1


class BatchClosed(DomainError):
    """The batch is posted or cancelled. Use a new batch to change what it posted."""

    code = "BATCH_CLOSED"
    status = 409


class BatchNotValid(DomainError):
    """The batch is not in the state that this needs. Validate it, fix the errors, then post it."""

    code = "BATCH_NOT_VALID"
    status = 409


class BatchEmpty(DomainError):
    """A batch without entries cannot be posted. Add an entry, or clear the batch."""

    code = "BATCH_EMPTY"
    status = 409


class BatchRestricted(DomainError):
    """The batch is restricted. Only its creator and administrators can open it."""

    code = "BATCH_RESTRICTED"
    status = 403


class EntryFaulty(DomainError):
    """An entry or a line cannot be saved as entered. `errors` lists each field and what is wrong with it."""

    code = "ENTRY_FAULTY"
    status = 422


class TransactionHeld(DomainError):
    """A batch is about to change or delete a transaction of this invoice. Post or remove that entry first."""

    code = "TRANSACTION_HELD"
    status = 409


class NotForBatch(DomainError):
    """This posted transaction cannot be brought back into this batch; see `detail`."""

    code = "NOT_FOR_BATCH"
    status = 409


class EntryReadOnly(DomainError):
    """An entry that came from rating, or was brought back to be deleted, cannot be edited in the batch."""

    code = "ENTRY_READ_ONLY"
    status = 409


class NothingToPrint(DomainError):
    """You chose no posted invoice that you may see. Check the run, the batch or the invoice ids."""

    code = "NOTHING_TO_PRINT"
    status = 409


class NothingToSend(DomainError):
    """You chose no posted invoice that you may see. Check the run, the batch or the invoice ids."""

    code = "NOTHING_TO_SEND"
    status = 409


class EmailNotSetUp(DomainError):
    """No mail server is set up, so nothing can be sent. Operators set one in the environment of the service."""

    code = "EMAIL_NOT_SET_UP"
    status = 409


class EmailNotFailed(DomainError):
    """Only an e-mail that failed for good can be retried. To send an invoice a second time, use `again`."""

    code = "EMAIL_NOT_FAILED"
    status = 409


class NothingToWriteOff(DomainError):
    """No invoice that matches the criteria can be written off. The preview lists the skipped invoices and why."""

    code = "NOTHING_TO_WRITE_OFF"
    status = 409


class OwnBatch(DomainError):
    """You cannot approve a batch that you submitted for posting yourself. Ask another approver."""

    code = "OWN_BATCH"
    status = 409


class BatchesOpen(DomainError):
    """The month still has open batches. Post or clear them before you close it."""

    code = "BATCHES_OPEN"
    status = 409


class TooManyTransactions(DomainError):
    """More transactions match than one request may check. Start a run, or choose a later month."""

    code = "TOO_MANY_TRANSACTIONS"
    status = 422


class ReconciliationRunning(DomainError):
    """A run that reconciles every month is under way. Wait until it is done."""

    code = "RECONCILIATION_RUNNING"
    status = 409
