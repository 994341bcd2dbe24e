"""Receivable types: which accounts an invoice posts to."""

from typing import Annotated

from pydantic import Field

from shared.values.columns import Account, FilledWords, Record
from shared.values.dates import CalendarDate
from shared.values.numbers import CompanyNumber

TypeNumber = Annotated[int, Field(ge=0, le=255)]


class ReceivableType(Record):
    """The GL accounts that an invoice posts to. All must exist in the GL company of the AR company."""

    ar_company: CompanyNumber
    type: TypeNumber
    description: FilledWords
    ar_account: Account
    revenue_account: Account
    retainage_account: Account
    discount_account: Account
    write_off_account: Account
    finance_charge_revenue_account: Account
    finance_charge_receivable_account: Account
    finance_charge_write_off_account: Account
    retired_on: CalendarDate | None = None


ACCOUNT_FIELDS = tuple(name for name in ReceivableType.model_fields if name.endswith("_account"))
