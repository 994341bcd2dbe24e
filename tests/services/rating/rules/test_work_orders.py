"""What is allowed with a work order in each status."""

from dataclasses import replace

import pytest

from services.rating.errors import LockedUseCredit, NotRated, NotReadyForRating
from services.rating.rules.work_orders import (
    NOWHERE,
    Whereabouts,
    next_rating_version,
    require_editable,
    require_rated,
    require_ready_for_rating,
)
from tests.fixtures.rate_tables import order

IN_AR = Whereabouts(7, 2, "500001", "2026-11", 12, 90)


@pytest.mark.parametrize("status", ["open", "rated", "assigned"])
def test_until_the_export_an_order_can_be_edited(status: str) -> None:
    require_editable(order(status=status), NOWHERE)


def test_an_exported_order_names_its_invoice_and_what_to_do() -> None:
    with pytest.raises(LockedUseCredit) as refused:
        require_editable(order(status="exported"), IN_AR)
    assert "invoice 500001" in refused.value.detail
    assert "Credit it there with disposition rerate" in refused.value.detail
    assert refused.value.members == {
        "run_id": 7,
        "ar_company": 2,
        "invoice_number": "500001",
        "month": "2026-11",
        "transaction": 12,
        "ar_invoice_id": 90,
    }


def test_an_order_that_is_being_exported_names_the_run() -> None:
    with pytest.raises(LockedUseCredit, match="run 7"):
        require_editable(order(status="exporting"), replace(NOWHERE, run_id=7))


def test_a_closed_order_is_locked_too() -> None:
    with pytest.raises(LockedUseCredit, match="closed"):
        require_editable(order(status="closed"), IN_AR)


@pytest.mark.parametrize(
    ("facts", "ready"),
    [
        ({"field_status": "served"}, True),
        ({"field_status": "not_served"}, True),
        ({"field_status": "cancelled"}, True),
        ({"field_status": "in_field"}, False),
        ({"pod_received": False}, False),
    ],
)
def test_an_order_is_ready_for_rating_with_its_proof_of_delivery_and_an_outcome(
    facts: dict[str, object], ready: bool
) -> None:
    if ready:
        require_ready_for_rating(order(**facts))
    else:
        with pytest.raises(NotReadyForRating):
            require_ready_for_rating(order(**facts))


@pytest.mark.parametrize(("status", "version"), [("open", 4), ("rated", 5), ("assigned", 5)])
def test_each_rating_gets_its_own_version(status: str, version: int) -> None:
    assert next_rating_version(order(status=status, rating_version=4)) == version


def test_only_a_rated_order_has_a_rating_to_remove() -> None:
    require_rated(order(status="rated"))
    with pytest.raises(NotRated):
        require_rated(order())
