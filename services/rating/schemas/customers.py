"""The customers that receivables keeps, as rating shows them."""

from pydantic import BaseModel, ConfigDict


class CustomerRead(BaseModel):
    """A customer as receivables last announced it."""

    model_config = ConfigDict(from_attributes=True)

    ar_company: int
    number: str
    version: int
    name: str
    status: str
    customer_type: str
