"""Contracts."""

from decimal import Decimal
from typing import Annotated, Literal

from services.receivables.records.receivable_types import TypeNumber
from shared.values.columns import AS_WORDS, Code, CodeOrNone, FilledWords, Number, Percent, Record
from shared.values.numbers import CompanyNumber

ContractStatus = Literal["open", "soft_closed", "hard_closed"]


class Contract(Record):
    """A contract that is billed to a customer by items. A hard-closed one cannot be billed any more."""

    ar_company: CompanyNumber
    number: Code
    description: FilledWords
    customer: Number
    pay_terms: CodeOrNone = None
    receivable_type: TypeNumber | None = None
    retainage_percent: Percent = Decimal(0)
    status: Annotated[ContractStatus, AS_WORDS] = "open"
