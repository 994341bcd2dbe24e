"""What stops orders from being exported, as SQL: once, for the export itself and for the report of what is ready."""


def held(condition: str, *, joined: str = "", outside: str = "false") -> str:
    """The draft invoices of the orders `o` that match, each with what its orders come to and what is wrong with them.

    `outside` is true for the orders that an export would not select. `joined` are the joins that it needs.
    """
    return f"""(
        SELECT o.invoice_id, sum(o.total) AS total, min(o.number) FILTER (WHERE o.total < 0) AS negative,
               min(o.number) FILTER (WHERE o.total = 0) AS zero, bool_or({outside}) AS partly
        FROM work_order o {joined} WHERE {condition} GROUP BY o.invoice_id
    )"""


def stopping(held_invoices: str) -> str:
    """The joins of orders `w` and their branches `b` that BLOCKERS needs; `held_invoices` is what `held` returns."""
    return f"""
        LEFT JOIN rollup_rule u ON u.ar_company = b.ar_company AND u.bill_to = w.bill_to AND u.style = 'rollup'
        LEFT JOIN invoice i ON i.id = w.invoice_id
        LEFT JOIN {held_invoices} AS held ON held.invoice_id = w.invoice_id
    """


BLOCKERS = """
    array_remove(ARRAY[
        CASE WHEN w.total < 0 THEN 'NEGATIVE_TOTAL' END,
        CASE WHEN w.total >= 0 AND held.negative IS NOT NULL THEN 'ON_INVOICE_WITH_NEGATIVE' END,
        CASE WHEN held.partly THEN 'PART_OF_INVOICE' END,
        CASE WHEN held.total > :largest THEN 'INVOICE_TOO_LARGE' END,
        CASE WHEN w.invoice_id IS NULL AND u.id IS NOT NULL THEN 'WAITING_FOR_ROLLUP' END,
        CASE WHEN i.cycle_to > :invoice_date THEN 'CYCLE_NOT_ENDED' END,
        CASE WHEN w.total = 0 THEN 'ZERO_TOTAL' END,
        CASE WHEN w.total <> 0 AND held.zero IS NOT NULL THEN 'ON_INVOICE_WITH_ZERO' END
    ], NULL)
"""
"""Everything that stops an order `w` on an `:invoice_date`, what an export by id would not ignore first.

Its total is negative or 0.00, or that of another order on its invoice is; only a part of its invoice is selected, or its
invoice comes to more than `:largest`; it has to be rolled up first, or the cycle of its rollup ends later.
"""
