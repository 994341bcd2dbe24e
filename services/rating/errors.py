"""The refusals of the rating service."""

from shared.errors import DomainError


class LockedUseCredit(DomainError):
    """The order is being exported to Accounts Receivable, is already invoiced there, or is closed.

    While it is being exported, wait for the run to end. Once it is invoiced, credit the invoice there with disposition
    `rerate`, then change the order and rate it again. Reopen a closed order first.
    """

    code = "LOCKED_USE_CREDIT"
    status = 409


class NotReadyForRating(DomainError):
    """The proof of delivery is missing, or the field work has not ended.

    The order can be rated once its proof of delivery is received and it is served, not served or cancelled.
    """

    code = "NOT_READY_FOR_RATING"
    status = 409


class NotRated(DomainError):
    """The order has no rating. Rate it first."""

    code = "NOT_RATED"
    status = 409


class RegionRequired(DomainError):
    """The order has no region, and no billing region contains its served ZIP. Set the region, or add the ZIP to one."""

    code = "REGION_REQUIRED"
    status = 422


class RegionAmbiguous(DomainError):
    """More than one billing region contains the served ZIP. Set the region of the order."""

    code = "REGION_AMBIGUOUS"
    status = 422


class NoProfile(DomainError):
    """No billing profile in force matches the five key values of the order.

    `nearest` lists the closest profiles and where they differ. Correct the order, or add a profile.
    """

    code = "NO_PROFILE"
    status = 422


class NothingToCharge(DomainError):
    """A billing profile matches, but no line of it charges anything; see `detail` for the reason of each line.

    Usually a trigger or a quantity is missing on the order. To close the order without a charge, zero-bill it.
    """

    code = "NOTHING_TO_CHARGE"
    status = 422


class ZoneRequired(DomainError):
    """The rate table has no rate between the zones of the two ZIPs.

    Add the ZIP to a zone, or the pair of zones to the rate table.
    """

    code = "ZONE_REQUIRED"
    status = 422


class PrebillNotInTable(DomainError):
    """A charge was entered without a rate, and the rate table has no line for it. Enter it again with a rate."""

    code = "PREBILL_NOT_IN_TABLE"
    status = 422


class AmountTooLarge(DomainError):
    """A line or the order comes to more than 999,999,999.99. Check its quantities and rates."""

    code = "AMOUNT_TOO_LARGE"
    status = 422


class RateTableFaulty(DomainError):
    """The billing profile or code cannot be saved. `errors` lists each field and what is wrong with it."""

    code = "RATE_TABLE_FAULTY"
    status = 422


class ProfilesOverlap(DomainError):
    """Another profile with the same key is in force at the same time. End that profile first, or change the dates."""

    code = "PROFILES_OVERLAP"
    status = 409


class CodeTaken(DomainError):
    """This code or rule already exists. Change the existing one, or choose another code."""

    code = "CODE_TAKEN"
    status = 409


class UnknownReference(DomainError):
    """A branch, customer, priority, job type, region, trigger or other code in the request does not exist.

    `errors` lists each field. Check the code, or add the record first.
    """

    code = "UNKNOWN_REFERENCE"
    status = 422


class NumberTaken(DomainError):
    """A work order with this number already exists. Choose another number."""

    code = "NUMBER_TAKEN"
    status = 409


class NothingToExport(DomainError):
    """The selection contains no order that is rated and not already being exported.

    Someone else may have just exported them. `errors` names orders that cannot be exported now.
    """

    code = "NOTHING_TO_EXPORT"
    status = 409


class NotExportable(DomainError):
    """Some of the selected orders or invoices cannot be exported; `errors` gives the reasons. Nothing was exported."""

    code = "NOT_EXPORTABLE"
    status = 409


class ExportDateRefused(DomainError):
    """Accounts Receivable would not post invoices of this date or month; `errors` says why. Choose another one.

    The month is closed or not open yet, or the invoice date is far from it.
    """

    code = "EXPORT_DATE_REFUSED"
    status = 422


class RollupTooLarge(DomainError):
    """An invoice is too large for one message to Accounts Receivable. Split it into several invoices."""

    code = "ROLLUP_TOO_LARGE"
    status = 422


class RuleFaulty(DomainError):
    """The roll-up rule contradicts itself. `errors` lists each field and what is wrong with it."""

    code = "RULE_FAULTY"
    status = 422


class RollupMixed(DomainError):
    """A rollup invoice has one bill-to and one branch. Choose orders with the same bill-to and branch."""

    code = "ROLLUP_MIXED"
    status = 422


class NothingToAssign(DomainError):
    """The selection contains no orders to assign to draft invoices, or to take off them.

    Someone else may have just done it. Only orders of a bill-to with a roll-up rule are assigned by rule.
    """

    code = "NOTHING_TO_ASSIGN"
    status = 409


class NotAssignable(DomainError):
    """Some of the chosen orders cannot be put on this invoice, or are not on it.

    `errors` lists them. Nothing was changed.
    """

    code = "NOT_ASSIGNABLE"
    status = 409


class NotOpen(DomainError):
    """Only an open order can be closed without an invoice. Remove its rating first."""

    code = "NOT_OPEN"
    status = 409


class NotClosed(DomainError):
    """Only a closed order can be reopened."""

    code = "NOT_CLOSED"
    status = 409


class OnInvoice(DomainError):
    """The order is on a draft invoice. Take it off before you invoice it on demand."""

    code = "ON_INVOICE"
    status = 409


class NothingToRate(DomainError):
    """No open order that matches is ready for rating."""

    code = "NOTHING_TO_RATE"
    status = 409


class AlreadyAnswered(DomainError):
    """Accounts Receivable has already answered for every chosen invoice of this run. There is nothing to withdraw."""

    code = "ALREADY_ANSWERED"
    status = 409


class CommissionRatesOverlap(DomainError):
    """The server has another commission rate in force at the same time. End that rate first, or change the dates."""

    code = "COMMISSION_RATES_OVERLAP"
    status = 409


class CommissionRateFaulty(DomainError):
    """The commission rate cannot be saved. `errors` lists each field and what is wrong with it."""

    code = "COMMISSION_RATE_FAULTY"
    status = 422


class CommissionPeriodClosed(DomainError):
    """The commission period is closed and never changes. Later corrections are booked in the open period."""

    code = "COMMISSION_PERIOD_CLOSED"
    status = 409


class CommissionTakenBack(DomainError):
    """The commission was reversed, because its order was rated again or credited, or its rating was removed."""

    code = "COMMISSION_TAKEN_BACK"
    status = 409


class NothingToAdjust(DomainError):
    """The commission already has this amount."""

    code = "NOTHING_TO_ADJUST"
    status = 422


class NothingToPay(DomainError):
    """No commission can be paid now.

    A commission can be paid once its invoice is in A/R and if it is in no other payment. A server whose balance is
    negative is not paid until it is positive again.
    """

    code = "NOTHING_TO_PAY"
    status = 409


class PaymentSettled(DomainError):
    """The commission payment was already paid or released, which is final."""

    code = "PAYMENT_SETTLED"
    status = 409


class AlreadyExported(DomainError):
    """The order was booked in Accounts Receivable, so it cannot be voided. Zero-bill it instead."""

    code = "ALREADY_EXPORTED"
    status = 409


class ImportNotOpen(DomainError):
    """Orders of the import are rated, exported or closed, so it cannot be withdrawn; `detail` names the first ones.

    Remove their ratings first, or void the other orders one by one.
    """

    code = "IMPORT_NOT_OPEN"
    status = 409


class ImportWithdrawn(DomainError):
    """The import was already withdrawn."""

    code = "IMPORT_WITHDRAWN"
    status = 409


class NotVoid(DomainError):
    """The order is not void."""

    code = "NOT_VOID"
    status = 409


class ClientNumberRequired(DomainError):
    """The customer or the bill-to requires one of the client's own numbers, such as the matter, on every order.

    Enter it. Which numbers are required is set at the customer in Accounts Receivable.
    """

    code = "CLIENT_NUMBER_REQUIRED"
    status = 422


class DerivedFromServices(DomainError):
    """A field was sent that comes from the services of the order, and it is not what these say.

    Leave the field out, or change the services.
    """

    code = "DERIVED_FROM_SERVICES"
    status = 422


class AnswerContradicts(Exception):
    """Receivables sent two different answers for a hand-over, or one for a hand-over that was never sent.

    The event becomes a dead letter.
    """


class RowsMissing(Exception):
    """A statement changed fewer rows than expected. The transaction is rolled back and the event is delivered again."""


class AttachmentRefused(DomainError):
    """The file cannot be attached; see `detail`.

    It must be a PDF, PNG or JPEG of at most 10 MiB that can be opened, and an order has at most 50 files.
    """

    code = "ATTACHMENT_REFUSED"
    status = 422


class AlreadyAttached(DomainError):
    """The order has this file already, maybe under another name."""

    code = "ALREADY_ATTACHED"
    status = 409


class AttachmentUnavailable(DomainError):
    """The content of the file is not where it was stored. Ask an administrator to check `RATING_ATTACHMENTS_DIRECTORY`."""

    code = "ATTACHMENT_UNAVAILABLE"
    status = 503
