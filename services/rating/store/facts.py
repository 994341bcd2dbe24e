"""What events say about an order beside its price, as JSON that PostgreSQL builds from the rows."""

from services.rating.records.work_orders import ONE
from services.rating.rules.rate_tables import DEPENDENT

_TEXTS = (
    *("client_id", "matter", "claim", "attorney", "contact", "purchase_order"),
    *("case_title", "cause_number", "court", "plaintiff", "defendant", "documents"),
)
_DAYS = ("ordered_on", "completed_on")
FACT_FIELDS = (*_TEXTS, *_DAYS)
"""The fields of an order that are facts for others; its services are, too."""
_MEMBERS = ", ".join([f"'{name}', nullif(w.{name}, '')" for name in _TEXTS] + [f"'{name}', w.{name}" for name in _DAYS])
FACTS = f"""nullif(json_strip_nulls(json_build_object({_MEMBERS}, 'services', (
    SELECT json_agg(json_build_object(
        'party', s.party, 'address', s.street || ', ' || s.city || ', ' || s.state || ' ' || s.zip,
        'outcome', CASE s.outcome WHEN 'open' THEN '' ELSE s.outcome END,
        'served_at', local_moment(s.served_at, (SELECT time_zone FROM branch WHERE code = w.branch)),
        'manner', s.manner, 'received_by', s.received_by,
        'attempts', greatest(jsonb_array_length(s.attempts), CAST(s.outcome = 'served' AS int))) ORDER BY s.position)
    FROM work_order_service s WHERE s.work_order_id = w.id AND s.outcome <> 'cancelled')))::text, '{{}}')::json"""
"""An expression over `work_order w`: its facts, or null without any. Services that were cancelled are left out."""

_WRITTEN = f"concat({', '.join(f'w.{name}' for name in (*_TEXTS, *_DAYS))})"
_SERVICE = "concat(s.party, s.street, s.city, s.state, s.zip, s.manner, s.received_by)"
MOST_BYTES_OF_FACTS = f"""(CASE {_WRITTEN} WHEN '' THEN 20 ELSE 300 + octet_length(to_json({_WRITTEN})::text) END + (
    SELECT coalesce(sum(220 + octet_length(to_json({_SERVICE})::text)), 0)
    FROM work_order_service s WHERE s.work_order_id = w.id))"""
"""An expression like FACTS: how many bytes they have at most."""

_SHARES = ", ".join(f"'{method}'" for method in sorted(DEPENDENT))
MEASURED = f"CASE WHEN l.quantity_source <> '{ONE}' AND l.method NOT IN ({_SHARES}) THEN l.quantity::text END"
"""An expression over `rating_line l`: the quantity that was reported or entered, or null without one.

The quantity of a line that is a share of others is their sum, which its reason names.
"""
