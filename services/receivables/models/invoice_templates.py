"""The templates of invoices that companies uploaded."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field

from services.receivables.models.table import Table
from shared.database import columns


class InvoiceTemplate(Table, table=True):
    """A version of a company's own template; without a current one, the usual template is used."""

    __tablename__ = "invoice_template"
    __table_args__ = (Index("invoice_template_current", "ar_company", unique=True, postgresql_where=text("current")),)

    ar_company: int = Field(foreign_key="ar_company.number", primary_key=True)
    version: int = Field(primary_key=True)
    content: str = columns.words()
    current: bool
    saved_by: str = columns.words()
    saved_at: datetime = columns.moment()
