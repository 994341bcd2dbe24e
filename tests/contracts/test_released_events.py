"""Consumers of the last release read today's events, and today's consumers read those of the last release."""

import copy
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from pydantic import ValidationError

from deploy.documents.events import read_released, schema
from shared.contracts.event import Event
from shared.contracts.invoice_export_requested import InvoiceExportRequested
from shared.contracts.subscriptions import EVENTS
from tests.fixtures.event_schemas import closed_parts, example_of, reader_of

RELEASED = read_released()
OLD_EVENTS = [event for event in EVENTS if event.event_name() in RELEASED]
WHOLE = (True, False)


def faults(released: dict[str, Any], data: object) -> list[str]:
    validator = Draft202012Validator(released, format_checker=FormatChecker())
    return [error.message for error in validator.iter_errors(data)]


def test_no_event_of_the_last_release_is_gone() -> None:
    assert RELEASED.keys() <= {event.event_name() for event in EVENTS}
    assert len(RELEASED) >= 11
    assert list(closed_parts(RELEASED)) == [], "a reader that forbids fields stops at the first new one"


@pytest.mark.parametrize("event", OLD_EVENTS, ids=lambda event: event.event_name())
def test_a_consumer_of_the_last_release_reads_todays_event(event: type[Event]) -> None:
    released = RELEASED[event.event_name()]
    for whole in WHOLE:
        data = example_of(schema(event), whole=whole)
        event.model_validate(data)
        assert faults(released, data) == []
        reader_of(event.event_name(), released).model_validate(data)


@pytest.mark.parametrize("event", OLD_EVENTS, ids=lambda event: event.event_name())
def test_todays_consumer_reads_an_event_of_the_last_release(event: type[Event]) -> None:
    for whole in WHOLE:
        event.model_validate(example_of(RELEASED[event.event_name()], whole=whole))


@pytest.mark.parametrize(
    ("change", "seen_by"),
    [
        (lambda order: order.pop("reference"), {"schema", "reader"}),
        (lambda order: order.update(version=None), {"schema", "reader"}),
        (lambda order: order.update(total=45), {"schema", "reader"}),
        (lambda order: order.update(facts={"matter": "4711"}, lines=[]), set()),
    ],
)
def test_a_change_that_an_older_consumer_cannot_read_is_seen(change: Any, seen_by: set[str]) -> None:
    name = InvoiceExportRequested.event_name()
    data = copy.deepcopy(example_of(RELEASED[name], whole=True))
    change(data["invoices"][0]["orders"][0])
    seen = {"schema"} if faults(RELEASED[name], data) else set()
    try:
        reader_of(name, RELEASED[name]).model_validate(data)
    except ValidationError:
        seen.add("reader")
    assert seen == seen_by
