"""Owns what may be saved as a roll-up rule."""

from collections.abc import Iterator

from services.rating.records.rollup_rules import RollupTerms


def faults_in_rule(rule: RollupTerms) -> Iterator[tuple[str, str]]:
    """What is contradictory in a rule, by field: a rollup has a cycle, single invoices have neither cycle nor grouping."""
    if rule.style == "rollup":
        if rule.cycle is None:
            yield "cycle", "weekly or monthly"
    elif rule.cycle is not None:
        yield "cycle", "leave it out for single"
    elif rule.grouping != "none":
        yield "grouping", "leave it out for single"
