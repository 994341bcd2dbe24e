"""Owns AR companies and their parameters."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class ArCompany:
    """A company that keeps receivables, with what it has chosen. Months are `YYYY-MM`, percentages 0 to 100.

    `discount_mode` is `none`, `invoices_and_receipts` or `receipts_only`; `tax_on_retainage` is `full`, `distribute` or
    `off`; `gl_interface_level` is `summary`, `transaction` or `line`; `exported_invoices` is `post` at once or `batch`
    for review; `customers_on_hold` is `warn` or `refuse`; without a `four_eyes_limit` nothing needs a second person.
    `last_invoice_number` is where automatic numbers go on from. Source: receivables, section 1.
    """

    number: int
    name: str
    address: str
    gl_company: int
    currency: str
    default_receivable_type: int
    last_closed_month: str
    max_open_months: int
    auto_number_invoices: bool = True
    allow_receivable_type_override: bool = False
    discount_mode: str = "none"
    allow_tax_discount: bool = False
    post_taxes: bool = True
    tax_on_retainage: str = "full"
    allow_soft_closed_contracts: bool = False
    allow_contract_account_override: bool = False
    customers_on_hold: str = "warn"
    finance_charge_wording: str = "Finance charge"
    finance_charge_percent: Decimal = Decimal(0)
    finance_charge_receivable_type: int | None = None
    gl_interface_level: str = "line"
    cash_account: str | None = None
    exported_invoices: str = "post"
    four_eyes_limit: Decimal | None = None
    last_invoice_number: int = 0
    revision: int = 1


MOST_LOGO_BYTES = 512 * 2**10
_LARGEST_SIDE = 4_000
_PNG = b"\x89PNG\r\n\x1a\n"


def fault_in_logo(content: bytes) -> str | None:
    """What keeps a picture from being a company's logo, in words; None when nothing does.

    Only PNG: an SVG can name other files, and small files of any kind can unpack to pictures that fill the memory. Width
    and height stand in the first part of a PNG, each four bytes.
    """
    if not content.startswith(_PNG) or content[12:16] != b"IHDR":
        return "The picture is no PNG; save it as one."
    if max(int.from_bytes(content[16:20]), int.from_bytes(content[20:24])) > _LARGEST_SIDE:
        return f"The picture has more than {_LARGEST_SIDE} pixels on a side; make it smaller."
    return None


def faults_in_companies(
    companies: Sequence[ArCompany], accounts: AbstractSet[tuple[int, str]], types: Mapping[int, AbstractSet[int]]
) -> list[tuple[int, str, str]]:
    """What companies name that does not exist: index, field, words.

    A company that has no receivable types yet may name any: they are entered after it.
    """
    faults = []
    for index, one in enumerate(companies):
        if one.cash_account is not None and (one.gl_company, one.cash_account) not in accounts:
            faults.append((index, "cash_account", f"GL company {one.gl_company} has no account {one.cash_account}"))
        known = types.get(one.number)
        for field in ("default_receivable_type", "finance_charge_receivable_type"):
            wanted = getattr(one, field)
            if known and wanted is not None and wanted not in known:
                faults.append((index, field, f"company {one.number} has no receivable type {wanted}"))
    return faults
