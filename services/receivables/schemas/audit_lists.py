"""The audit lists of a batch on the wire and in files."""

from pydantic import BaseModel, ConfigDict

from shared.values.money import Money


class BatchListRead(BaseModel):
    """A row of the batch list: of a line, or with `line` null of a header; old values stand beside the new ones."""

    model_config = ConfigDict(from_attributes=True)

    seq: int
    action: str
    type: str
    customer: str
    invoice_number: str | None
    line: int | None
    description: str
    gl_account: str | None
    amount: Money
    tax: Money
    retainage: Money
    old_amount: Money | None
    old_tax: Money | None
    old_retainage: Money | None
    changes: str


class LedgerRowRead(BaseModel):
    """A GL row: of a line, with `line` null of a whole entry, with `seq` null of the whole batch."""

    model_config = ConfigDict(from_attributes=True)

    seq: int | None
    line: int | None
    account: str
    debit: Money
    credit: Money
