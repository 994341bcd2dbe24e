"""Owns which version of a posted transaction counts: the last change that was posted, else what was posted at first."""

AS_IT_IS = """
    JOIN LATERAL (
        SELECT t.*
        UNION ALL
        SELECT x.* FROM ar_transaction x WHERE x.changes_id = t.id AND x.action = 'change'
        ORDER BY id DESC LIMIT 1
    ) AS v ON true
"""
"""Joins `v`, the version that counts of each transaction `t` as it was posted at first; it costs one look into an index."""
