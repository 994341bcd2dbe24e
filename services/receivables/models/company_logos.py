"""The logos of AR companies."""

from sqlmodel import Field

from services.receivables.models.table import Table


class CompanyLogo(Table, table=True):
    """The picture at the top of a company's documents."""

    __tablename__ = "company_logo"

    ar_company: int = Field(foreign_key="ar_company.number", primary_key=True)
    content: bytes
