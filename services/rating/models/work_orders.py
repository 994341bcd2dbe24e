"""Work orders and their history."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Index, UniqueConstraint, text

from services.rating.models.table import Table
from services.rating.records.work_orders import OrderEntry
from shared.database import columns
from shared.database.columns import reference

_ACTIVE = "status IN ('open', 'rated', 'assigned', 'exporting')"


class WorkOrderTable(OrderEntry, Table, table=True):
    """The work orders.

    `number_key` is the number for comparison, set by a trigger; older numbers that differ only by case have none.
    `revision` grows with every change, `rating_version` with every rating, `export_attempt` with every hand-over.
    `touched_by` and `touched_at` are of the last change, `changed_at` is of the last one that may change its price.
    Triggers keep `total`, that of the current rating or 0 without one, and `on_rollup`: on an invoice of the kind rollup.
    Orders of older releases do not say who entered them.
    """

    __tablename__ = "work_order"
    __table_args__ = (
        UniqueConstraint("number"),
        reference("branch", branch="code"),
        reference("priority", priority="code"),
        reference("job_type", job_type="code"),
        reference("region", region="code"),
        Index("work_order_number_folded", "number_key", unique=True),
        Index("work_order_open", "id", postgresql_where=text("status = 'open'")),
        Index("work_order_ready", "id", postgresql_where=text("status IN ('rated', 'assigned')")),
        Index("work_order_invoice_id", "invoice_id", postgresql_where=text("invoice_id IS NOT NULL")),
        Index("work_order_bill_to", "bill_to", "id"),
        Index("work_order_customer", "customer", "id"),
        Index("work_order_branch", "branch", "id"),
        Index("work_order_status", "status", "id", postgresql_include=["total"]),
        Index("work_order_service_on", "service_on", "id"),
        Index("work_order_active", "service_on", "id", postgresql_include=["number"], postgresql_where=text(_ACTIVE)),
        Index("work_order_active_customer", "customer", "id", postgresql_where=text(_ACTIVE)),
        Index(
            "work_order_waiting_bill_to",
            "bill_to",
            "id",
            postgresql_where=text("status IN ('rated', 'assigned', 'exporting')"),
        ),
        Index("work_order_on_rollup", "bill_to", "id", postgresql_where=text("on_rollup")),
        Index(
            "work_order_words",
            "number",
            "reference",
            postgresql_using="gin",
            postgresql_ops={"number": "gin_trgm_ops", "reference": "gin_trgm_ops"},
        ),
        Index(
            "work_order_case_words",
            "case_title",
            "cause_number",
            "matter",
            postgresql_using="gin",
            postgresql_ops={"case_title": "gin_trgm_ops", "cause_number": "gin_trgm_ops", "matter": "gin_trgm_ops"},
        ),
        Index("work_order_import_id", "import_id", postgresql_where=text("import_id IS NOT NULL")),
        Index("work_order_due_on", "due_on", "id", postgresql_where=text("due_on IS NOT NULL")),
    )

    id: int = columns.identity()
    number_key: str | None = columns.code(nullable=True)
    status: str = columns.words()
    revision: int
    rating_version: int
    export_attempt: int
    invoice_id: int | None = columns.big("invoice.id", nullable=True)
    changed_at: datetime = columns.moment()
    created_at: datetime = columns.moment()
    total: Decimal = columns.money()
    on_rollup: bool
    entered_by: str | None = columns.words(nullable=True)
    imported: bool
    import_id: int | None = columns.big("order_import.id", nullable=True)
    touched_by: str | None = columns.words(nullable=True)
    touched_at: datetime | None = columns.moment(nullable=True)


class OrderStep(Table, table=True):
    """What people did with orders. Append-only.

    An order is put on a draft invoice (`assign`), taken off it (`unassign`), loses its rating (`remove`), is closed
    without an invoice (`zero_bill`), is reopened (`reopen`), is voided (`void`) or opened again after that (`unvoid`).
    """

    __tablename__ = "order_step"
    __table_args__ = (
        Index("order_step_work_order_id", "work_order_id"),
        Index("order_step_invoice_id", "invoice_id", postgresql_where=text("invoice_id IS NOT NULL")),
    )

    id: int = columns.identity()
    work_order_id: int = columns.big("work_order.id")
    action: str = columns.words()
    reason: str = columns.words()
    done_by: str = columns.words()
    done_at: datetime = columns.moment()
    invoice_id: int | None = columns.big("invoice.id", nullable=True)
