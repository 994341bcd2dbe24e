"""The JSON document of an invoice for receivables, which PostgreSQL builds from the rows."""

from services.rating.store.facts import FACTS, MEASURED, MOST_BYTES_OF_FACTS

DOCUMENT = f"""json_build_object(
    'invoice_id', i.id, 'attempt', i.attempt, 'kind', i.kind, 'branch', i.branch, 'bill_to', i.bill_to,
    'total', sum(r.total)::text,
    'orders', json_agg(json_build_object(
        'work_order_id', w.id, 'number', w.number, 'version', w.rating_version, 'attempt', w.export_attempt,
        'service_on', w.service_on, 'reference', w.reference, 'total', r.total::text, 'facts', {FACTS},
        'lines', (SELECT json_agg(json_build_object(
            'billing_item', l.billing_item, 'income_account', l.income_account, 'quantity', coalesce(l.charged, l.quantity)::text,
            'unit_rate', l.unit_rate::text, 'amount', l.amount::text, 'taxable', l.taxable,
            'fee_advance', l.fee_advance, 'unit', l.unit, 'measured', {MEASURED}, 'included', nullif(l.included, 0)::text,
            'reason', l.reason, 'print_zero', l.print_zero) ORDER BY l.position)
            FROM rating_line l WHERE l.rating_id = r.id),
        'attachments', coalesce((SELECT json_agg(json_build_object(
            'name', a.name, 'bytes', a.bytes, 'sha256', a.sha256,
            'link', '/api/v1/rating/work-orders/' || w.id || '/attachments/' || a.id || '/content') ORDER BY a.id)
            FROM attachment a WHERE a.work_order_id = w.id AND a.removed_at IS NULL AND a.travels), '[]')
    ) ORDER BY w.id))"""
"""An expression over `invoice i`, `work_order w` and `rating r`, grouped by `i.id`. Amounts are sent as text."""

MOST_BYTES = f"""(
    260 + 2 * octet_length(i.branch) + 2 * octet_length(i.bill_to)
    + sum(280 + octet_length(to_json(w.number)::text) + octet_length(to_json(w.reference)::text) + {MOST_BYTES_OF_FACTS} + (
        SELECT coalesce(sum(340 + octet_length(to_json(l.billing_item || l.unit || l.reason)::text) + 2 * octet_length(l.income_account)), 0)
        FROM rating_line l WHERE l.rating_id = r.id) + (
        SELECT coalesce(sum(300 + octet_length(to_json(a.name)::text)), 0)
        FROM attachment a WHERE a.work_order_id = w.id AND a.removed_at IS NULL AND a.travels)))"""
"""An expression like DOCUMENT: how many bytes it has at most. It takes a third of the time to make."""
