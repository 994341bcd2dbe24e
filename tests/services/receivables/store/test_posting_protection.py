"""Posted data cannot be changed: the database rejects what the code would never do."""

from collections.abc import Sequence

import asyncpg
import pytest
from sqlalchemy.exc import IntegrityError, ProgrammingError

from shared.database.pool import Database
from shared.database.statements import execute, fetch_value
from tests.fixtures.ledgers import Company, Enter
from tests.services.receivables.fixtures import Cluster, Export


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("ar_transaction", "total"),
        ("ar_line", "amount"),
        ("gl_distribution", "debit"),
        ("export_outcome", "outcome"),
        ("export_outcome_order", "booked"),
        ("invoice_order", "facts"),
    ],
)
async def test_the_service_cannot_change_posted_rows(
    company: Company, enter: Enter, export: Export, receivables_database: Database, table: str, column: str
) -> None:
    await enter("W1")
    await export()
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET {column} = {column}", f"TRUNCATE {table} CASCADE"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with receivables_database.transaction() as session:
                await execute(session, statement)


@pytest.mark.parametrize(
    ("rows", "detail"),
    [
        ("(7, 1, '1200', 5.00, 0.00)", "unbalanced posting"),
        ("(7, 1, '1200', 5.00, 0.00), (8, 1, '4000', 0.00, 3.00), (9, 1, '4000', 0.00, 2.00)", "3 rows instead of 2"),
        ("(7, 1, '1200', 5.00, 0.00), (8, 1, '4000', 0.00, 5.00)", "altered posting"),
        ("(1, 1, '1200', 5.00, 0.00), (2, 1, '4000', 0.00, 5.00)", "gl_distribution_pkey"),
    ],
)
async def test_the_database_refuses_unbalanced_and_altered_postings(
    company: Company, enter: Enter, export: Export, receivables_database: Database, rows: str, detail: str
) -> None:
    await enter("W1")
    await export()
    statement = f"""
        INSERT INTO gl_distribution (transaction_id, position, line, gl_company, month, account, debit, credit)
        SELECT t.id, new.position, new.line, 1, t.month, new.account, new.debit, new.credit
        FROM ar_transaction t, (VALUES {rows}) AS new (position, line, account, debit, credit)
    """
    with pytest.raises(IntegrityError, match=detail):
        async with receivables_database.transaction() as session:
            await execute(session, statement)


_LINE_OF_COPY = """
    INSERT INTO ar_line (transaction_id, line, description, gl_account, quantity, unit_rate, amount, tax, taxable)
    SELECT 1000 + id, 1, '', '4000', 1, 1, 80, 0, false FROM ar_transaction
"""
_ROWS_OF_COPY = """
    INSERT INTO gl_distribution (transaction_id, position, line, gl_company, month, account, debit, credit)
    SELECT 1000 + t.id, new.position, 1, 1, new.month, new.account, new.debit, new.credit
    FROM ar_transaction t, (VALUES {rows}) AS new (position, month, account, debit, credit)
"""
_COPY = """
    INSERT INTO ar_transaction (id, ar_company, month, number, batch_id, seq, type, customer_id, invoice_number,
        receivable_type, ar_account, invoice_date, due_on, net, tax, total, gl_rows, posted_by)
    SELECT 1000 + id, ar_company, '{month}', 1000 + number, batch_id, 1000 + seq, type, customer_id, invoice_number,
        receivable_type, ar_account, invoice_date, due_on, net, tax, total, 2, posted_by FROM ar_transaction
"""
_DEBIT, _CREDIT = "(1, '2026-11', '1200', 80.00, 0.00)", "(2, '2026-11', '4000', 0.00, 80.00)"


async def _post_copy(database: Database, month: str, *rows: str) -> None:
    """Posts a copy of the only transaction in the order in which the service does it: the transaction comes last."""
    async with database.transaction() as session:
        await execute(session, "SET CONSTRAINTS ar_line_transaction_id_fkey DEFERRED")
        await execute(session, _LINE_OF_COPY)
        for part in rows:
            await execute(session, _ROWS_OF_COPY.format(rows=part))
        await execute(session, _COPY.format(month=month))


async def test_gl_rows_may_come_before_their_transaction(
    company: Company, enter: Enter, export: Export, receivables_database: Database
) -> None:
    await enter("W1")
    await export()
    await _post_copy(receivables_database, "2026-11", f"{_DEBIT}, {_CREDIT}")
    async with receivables_database.transaction() as session:
        assert await fetch_value(session, "SELECT count(*) FROM gl_distribution") == 4


@pytest.mark.parametrize(
    ("month", "rows", "detail"),
    [
        ("2026-11", [_DEBIT], "unbalanced posting: transaction with id"),
        ("2026-11", [f"{_DEBIT}, {_CREDIT}".replace("(2,", "(3,")], "altered posting: transaction with id"),
        (
            "2026-11",
            [f"{_DEBIT}, {_CREDIT}, {_DEBIT.replace('(1,', '(3,')}, {_CREDIT.replace('(2,', '(4,')}"],
            "altered posting: transaction .*: 4 rows instead of 2",
        ),
        ("2026-11", [f"{_DEBIT}, {_CREDIT.replace('-11', '-10')}"], "altered posting: transaction with id"),
        ("2026-11", [f"{_DEBIT}, {_CREDIT}".replace("-11", "-12")], "altered posting: transaction .* of 2026-11"),
        (
            "2026-11",
            [f"{_DEBIT}, {_CREDIT}", f"{_DEBIT}, {_CREDIT}".replace("(1,", "(3,").replace("(2,", "(4,")],
            "altered posting: transaction with id",
        ),
        ("2026-09", [f"{_DEBIT}, {_CREDIT}".replace("-11", "-09")], "closed month: transaction .* of 2026-09"),
        ("2026-09", [], "closed month: transaction .* of 2026-09"),
    ],
)
async def test_the_database_refuses_a_transaction_that_differs_from_the_gl_rows_before_it(
    company: Company,
    enter: Enter,
    export: Export,
    receivables_database: Database,
    month: str,
    rows: list[str],
    detail: str,
) -> None:
    await enter("W1")
    await export()
    with pytest.raises(IntegrityError, match=detail):
        await _post_copy(receivables_database, month, *rows)


async def _add_rows(database: Database) -> None:
    """Adds a line and two GL rows to the copy, after those that it has."""
    rows = _ROWS_OF_COPY.format(rows=f"{_DEBIT}, {_CREDIT}")
    async with database.transaction() as session:
        await execute(session, "SET CONSTRAINTS ar_line_transaction_id_fkey DEFERRED")
        await execute(session, _LINE_OF_COPY.replace("1000 + id, 1,", "1000 + id, 9,"))
        await execute(session, rows.replace("new.position, 1, 1,", "new.position + 2, 9, 1,"))


async def test_gl_rows_of_a_transaction_that_somebody_else_is_posting_are_refused(
    company: Company, enter: Enter, export: Export, receivables_database: Database
) -> None:
    """Neither sees the transaction of the other. The positions, which count from 1, keep the rows apart."""
    await enter("W1")
    await export()
    async with receivables_database.transaction() as posting:
        await execute(posting, "SET CONSTRAINTS ar_line_transaction_id_fkey DEFERRED")
        await execute(posting, _LINE_OF_COPY)
        await execute(posting, _ROWS_OF_COPY.format(rows=f"{_DEBIT}, {_CREDIT}"))
        with pytest.raises(IntegrityError, match="altered posting"):
            await _add_rows(receivables_database)
        await execute(posting, _COPY.format(month="2026-11"))


_COPIES = """
    INSERT INTO ar_transaction (id, ar_company, month, number, batch_id, seq, type, customer_id, invoice_number,
        receivable_type, ar_account, invoice_date, due_on, net, tax, total, gl_rows, posted_by)
    SELECT t.id + copy, ar_company, month, number + copy, batch_id, seq + copy, type, customer_id, invoice_number,
        receivable_type, ar_account, invoice_date, due_on, net, tax, total, gl_rows, posted_by
    FROM ar_transaction t, generate_series(1, 500) AS copy
"""
_LINES_OF_COPIES = """
    INSERT INTO ar_line (transaction_id, line, description, gl_account, quantity, unit_rate, amount, tax, taxable)
    SELECT transaction_id + copy, line, description, gl_account, quantity, unit_rate, amount, tax, taxable
    FROM ar_line, generate_series(1, 500) AS copy
"""
_POSTINGS_OF_COPIES = """
    INSERT INTO gl_distribution (transaction_id, position, line, gl_company, month, account, debit, credit)
    SELECT transaction_id + copy, position, line, gl_company, month, account, debit, credit
    FROM gl_distribution, generate_series(1, 500) AS copy
"""


async def _plans(database: Database, cluster: Cluster, statements: Sequence[tuple[str, str]]) -> list[str]:
    """The plans of the statements and of their triggers, each table analyzed by somebody else after its statement."""
    posting, other = [await asyncpg.connect(cluster(database.name, "postgres")) for _ in range(2)]
    plans: list[str] = []
    posting.add_log_listener(lambda _, message: plans.append(message.message))
    await posting.execute("LOAD 'auto_explain'; SET auto_explain.log_nested_statements = on")
    await posting.execute("SET auto_explain.log_min_duration = 0; SET auto_explain.log_analyze = on")
    await posting.execute("SET client_min_messages = log")
    transaction = posting.transaction()
    await transaction.start()
    await posting.execute("SET CONSTRAINTS ar_line_transaction_id_fkey DEFERRED")
    for statement, table in statements:
        await posting.execute(statement)
        await other.execute(f"ANALYZE {table}")
    await transaction.rollback()
    await posting.close()
    await other.close()
    return plans


async def test_the_check_of_a_posting_stays_fast_when_statistics_say_the_tables_are_empty(
    company: Company, enter: Enter, export: Export, receivables_database: Database, cluster: Cluster
) -> None:
    """Statistics collected during a large posting see none of its rows. The plan of the check shows what it compares."""
    await enter("W1")
    await export()
    statements = (_COPIES, "ar_transaction"), (_LINES_OF_COPIES, "ar_line"), (_POSTINGS_OF_COPIES, "gl_distribution")
    plans = await _plans(receivables_database, cluster, statements)
    (check,) = [plan for plan in plans if "FROM posted GROUP BY transaction_id" in plan]
    assert "ar_transaction" in check
    assert "Join Filter" not in check


async def test_the_check_of_transactions_stays_fast_when_statistics_say_there_are_no_gl_rows(
    company: Company, enter: Enter, export: Export, receivables_database: Database, cluster: Cluster
) -> None:
    """The same in the order in which the service writes, where the transactions find the GL rows."""
    await enter("W1")
    await export()
    statements = (_LINES_OF_COPIES, "ar_line"), (_POSTINGS_OF_COPIES, "gl_distribution"), (_COPIES, "ar_transaction")
    plans = await _plans(receivables_database, cluster, statements)
    (check,) = [plan for plan in plans if "FROM posted p JOIN gl_distribution" in plan]
    assert "on gl_distribution" in check
    assert "Join Filter" not in check


async def test_the_database_refuses_to_post_into_a_closed_month(
    company: Company, enter: Enter, export: Export, receivables_database: Database, cluster: Cluster
) -> None:
    await enter("W1")
    await export()
    statement = """
        WITH memo AS (
            INSERT INTO ar_transaction (ar_company, month, number, batch_id, seq, type, customer_id, invoice_number,
                receivable_type, ar_account, invoice_date, due_on, net, tax, total, gl_rows, applies_to_id,
                posted_by)
            SELECT ar_company, '2026-09', 1, batch_id, 99, 'credit_memo', customer_id, invoice_number, receivable_type,
                ar_account, invoice_date, due_on, -net, tax, -total, 2, id, posted_by FROM ar_transaction RETURNING id
        ), line AS (
            INSERT INTO ar_line (transaction_id, line, description, gl_account, quantity, unit_rate, amount, tax, taxable)
            SELECT id, 1, '', '4000', 1, 1, -80, 0, false FROM memo RETURNING transaction_id
        )
        INSERT INTO gl_distribution (transaction_id, position, line, gl_company, month, account, debit, credit)
        SELECT transaction_id, position, 1, 1, '2026-09', account, debit, credit
        FROM line, (VALUES (1, '4000', 80.00, 0.00), (2, '1200', 0.00, 80.00)) AS new (position, account, debit, credit)
    """
    with pytest.raises(IntegrityError, match="closed month: transaction 1 of 2026-09"):
        async with receivables_database.transaction() as session:
            await execute(session, statement)


async def test_reconciliation_reports_a_gl_row_that_the_database_owner_deleted(
    company: Company, enter: Enter, export: Export, receivables_database: Database, cluster: Cluster
) -> None:
    _, receivables = company
    await enter("W1", zip_code="78130", miles="40")
    await export()
    name = receivables_database.name
    owner = await asyncpg.connect(cluster(name, "receivables_owner"))
    await owner.execute("DELETE FROM gl_distribution WHERE account = '4010'")
    await owner.close()
    found = (await receivables.get("/v1/reconciliation")).json()["differences"]
    assert {
        "kind": "GL_ROW_MISSING",
        "document": "company 1, 2026-11, transaction 1, line 2",
        "detail": "account 4010, debit 0.00, credit 26.00",
        "amount": "-26.00",
    } in found
    assert "GL_BALANCE" in {one["kind"] for one in found}
