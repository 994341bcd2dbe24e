"""What rating refuses."""

from shared.errors import DomainError


class LockedUseCredit(DomainError):
    """The order is on its way to Accounts Receivable or already there: credit its invoice there with disposition
    `rerate`, then change and rate it again.
    """

    code = "LOCKED_USE_CREDIT"
    status = 409


class NotReadyForRating(DomainError):
    """The proof of delivery is missing, or the field work has not ended: it must be served, not served or cancelled."""

    code = "NOT_READY_FOR_RATING"
    status = 409


class NotRated(DomainError):
    """The order has no rating that this could be done with."""

    code = "NOT_RATED"
    status = 409


class RegionRequired(DomainError):
    """No billing region holds the served ZIP and the order names none: set its region, or add the ZIP to one."""

    code = "REGION_REQUIRED"
    status = 422


class RegionAmbiguous(DomainError):
    """Several billing regions hold the served ZIP: set the order's region."""

    code = "REGION_AMBIGUOUS"
    status = 422


class NoProfile(DomainError):
    """No billing profile in force fits the five keys of the order; the nearest ones are named with what differs."""

    code = "NO_PROFILE"
    status = 422


class NothingToCharge(DomainError):
    """A profile fits, but nothing is charged: no trigger fired, no quantity was reported, or every line is 0.00."""

    code = "NOTHING_TO_CHARGE"
    status = 422


class ZoneRequired(DomainError):
    """The rate table has no price between the zones of the two ZIPs: put the ZIP into a zone, or add the pair of zones."""

    code = "ZONE_REQUIRED"
    status = 422


class PrebillNotInTable(DomainError):
    """A charge was entered without a price, and the order's rate table has no line of its name: give it a rate."""

    code = "PREBILL_NOT_IN_TABLE"
    status = 422


class AmountTooLarge(DomainError):
    """A line would come to more than an invoice can hold: see its quantity and its rate."""

    code = "AMOUNT_TOO_LARGE"
    status = 422


class RateTableFaulty(DomainError):
    """A billing profile cannot be saved as it was sent; `errors` names each faulty field, and nothing was saved."""

    code = "RATE_TABLE_FAULTY"
    status = 422


class ProfilesOverlap(DomainError):
    """Another profile of the same key would be in force at the same time: end that one first, or change the dates."""

    code = "PROFILES_OVERLAP"
    status = 409


class CodeTaken(DomainError):
    """There is a code of this name already: change that one instead, or choose another."""

    code = "CODE_TAKEN"
    status = 409


class UnknownReference(DomainError):
    """The order names a branch, customer, priority, job type, region or trigger that does not exist."""

    code = "UNKNOWN_REFERENCE"
    status = 422


class NumberTaken(DomainError):
    """There is a work order with this number already."""

    code = "NUMBER_TAKEN"
    status = 409


class NothingToExport(DomainError):
    """None of the chosen orders is rated and free; somebody else may have exported them a moment ago."""

    code = "NOTHING_TO_EXPORT"
    status = 409


class NotExportable(DomainError):
    """Some of the chosen invoices cannot be exported, for the reasons named; nothing was exported."""

    code = "NOT_EXPORTABLE"
    status = 409


class RollupTooLarge(DomainError):
    """An invoice has more orders than one message to Accounts Receivable can carry: split it."""

    code = "ROLLUP_TOO_LARGE"
    status = 422


class RuleFaulty(DomainError):
    """A roll-up rule does not hold together; `errors` names the faulty field, and nothing was saved."""

    code = "RULE_FAULTY"
    status = 422


class RollupMixed(DomainError):
    """A rollup never mixes bill-tos or branches: choose orders of one bill-to and branch."""

    code = "ROLLUP_MIXED"
    status = 422


class NothingToAssign(DomainError):
    """No chosen order is rated, free and of a bill-to that is rolled up; somebody else may have assigned them."""

    code = "NOTHING_TO_ASSIGN"
    status = 409


class NotAssignable(DomainError):
    """Some of the chosen orders are not as this needs them, for the reasons named; nothing was changed."""

    code = "NOT_ASSIGNABLE"
    status = 409


class NotOpen(DomainError):
    """Only an open order can be closed without an invoice: remove its rating first."""

    code = "NOT_OPEN"
    status = 409


class NotClosed(DomainError):
    """Only a closed order can be reopened."""

    code = "NOT_CLOSED"
    status = 409


class OnInvoice(DomainError):
    """The order is on a draft invoice: take it off before it is invoiced alone."""

    code = "ON_INVOICE"
    status = 409


class NothingToRate(DomainError):
    """No open order is ready for rating."""

    code = "NOTHING_TO_RATE"
    status = 409


class AlreadyAnswered(DomainError):
    """Accounts Receivable has answered every chosen invoice of this run; there is nothing to withdraw."""

    code = "ALREADY_ANSWERED"
    status = 409


class CommissionRatesOverlap(DomainError):
    """The server has another commission rate in force at the same time: end that one first, or change the dates."""

    code = "COMMISSION_RATES_OVERLAP"
    status = 409


class CommissionRateFaulty(DomainError):
    """A commission rate cannot be saved as it was sent; `errors` names each faulty field."""

    code = "COMMISSION_RATE_FAULTY"
    status = 422


class CommissionPeriodClosed(DomainError):
    """The commission period is closed and never changes; later corrections are booked in the open one."""

    code = "COMMISSION_PERIOD_CLOSED"
    status = 409


class CommissionTakenBack(DomainError):
    """The commission was taken back, because its order was rated again, credited, or its rating removed."""

    code = "COMMISSION_TAKEN_BACK"
    status = 409


class NothingToAdjust(DomainError):
    """The commission has this amount already."""

    code = "NOTHING_TO_ADJUST"
    status = 422


class NothingToPay(DomainError):
    """No commission is payable and free: its invoice must be in A/R, and nobody is paid less than nothing."""

    code = "NOTHING_TO_PAY"
    status = 409


class PaymentSettled(DomainError):
    """The commission payment is paid or released already and stays so."""

    code = "PAYMENT_SETTLED"
    status = 409


class AnswerContradicts(Exception):
    """Receivables answered a hand-over in two ways, or one that was never sent: the event becomes a dead letter."""


class RowsMissing(Exception):
    """A statement changed fewer rows than it must: the transaction is rolled back and the event comes again."""
