"""The bills of Job Billing, for the sake of their invoice numbers."""

from typing import Annotated, Literal

from pydantic import Field

from shared.values.columns import AS_WORDS, Code, Month, Number, Record
from shared.values.numbers import CompanyNumber
from shared.values.text import YesNo

BillNumber = Annotated[int, Field(ge=0, le=2**31 - 1)]
BillingStatus = Literal["active", "changed", "deleted"]


class JobBilling(Record):
    """A bill of Job Billing. Until it is interfaced, its invoice number counts as in use."""

    jb_company: CompanyNumber
    bill_month: Month
    bill_id: BillNumber
    seq: BillNumber
    contract: Code
    invoice_number: Number
    status: Annotated[BillingStatus, AS_WORDS] = "active"
    interfaced: YesNo = False
