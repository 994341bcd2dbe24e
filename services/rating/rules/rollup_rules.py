"""Owns which roll-up rules can be saved."""

from collections.abc import Iterator

from services.rating.records.rollup_rules import RollupTerms


def find_faults_in_rule(rule: RollupTerms) -> Iterator[tuple[str, str]]:
    """Contradictions in a rule, by field. A rollup needs a cycle; single invoices have no cycle and no grouping."""
    if rule.style == "rollup":
        if rule.cycle is None:
            yield "cycle", "must be weekly or monthly for a rollup"
    elif rule.cycle is not None:
        yield "cycle", "must be left out for single invoices"
    elif rule.grouping != "none":
        yield "grouping", "must be left out for single invoices"
