"""The limits of a caller as an SQL condition."""

from collections.abc import Mapping

from shared.access.grants import Scope
from shared.database.spellings import spelled


def scope_condition(
    scope: Scope, *, branch: str | None, customer: str | None, ar_company: str | None, prefix: str = "scope"
) -> tuple[str, Mapping[str, object]]:
    """The SQL condition that is true for rows within `scope`, with its parameters.

    `branch`, `customer` and `ar_company` are the SQL expressions of the row's sides. A side is None when such rows do
    not have it; a limit on that side is then ignored. Customers are found in any spelling. Parameters begin with
    `prefix`, so that a statement can have two scopes.
    """
    if not scope.limits:
        return "true", {}
    alternatives: list[str] = []
    parameters: dict[str, object] = {}
    for position, limits in enumerate(scope.limits):
        sides = (
            (branch, "branches", "text[]", sorted(limits.branch_codes)),
            (customer, "customers", "text[]", sorted(limits.customer_spellings)),
            (ar_company, "ar_companies", "int[]", sorted(limits.ar_companies)),
        )
        terms = []
        for expression, word, kind, allowed in sides:
            if allowed and expression is not None:
                name = f"{prefix}_{word}_{position}"
                equal = f"{expression} = ANY(CAST(:{name} AS {kind}))"
                terms.append(spelled(expression, name) if word == "customers" else equal)
                parameters[name] = allowed
        if not terms:
            return "true", {}
        alternatives.append(f"({' AND '.join(terms)})")
    return f"({' OR '.join(alternatives)})", parameters
