"""Every operation refuses parameters that it does not know, instead of answering as if they were not there."""

from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from shared.http.operation import Operation
from shared.http.queries import known_parameters
from tests.fixtures.ledgers import Company
from tests.fixtures.operations import declared_operations


def operations_of(client: httpx.AsyncClient) -> Iterator[Operation]:
    transport = client._transport
    assert isinstance(transport, httpx.ASGITransport)
    assert isinstance(transport.app, FastAPI)
    for context in iter_route_contexts(transport.app.routes):
        if isinstance(context.original_route, Operation):
            yield context.original_route


async def test_every_documented_parameter_is_known_and_no_other(company: Company) -> None:
    for service, client in zip(("rating", "receivables"), company, strict=True):
        documented = {
            (one.method, one.template): {
                parameter["name"]: "array" in str(parameter["schema"])
                for parameter in one.parameters
                if parameter["in"] == "query"
            }
            for one in declared_operations(service)
        }
        found = {
            (method, operation.path): known_parameters(operation.dependant)
            for operation in operations_of(client)
            for method in operation.methods or ()
        }
        assert found == documented


@pytest.mark.parametrize(
    ("path", "pointer", "detail"),
    [
        ("work-orders?statu=open", "query statu", "is not a parameter here; these are: "),
        ("ready-to-export?Bill_to=S1001", "query Bill_to", "is not a parameter here; these are: "),
        ("branches/SAT?limit=1", "query limit", "is not a parameter here; these are: none"),
        ("work-orders?limit=1&limit=2", "query limit", "is given more than once, but takes one value"),
    ],
)
async def test_a_parameter_that_would_be_ignored_is_refused(
    rating: httpx.AsyncClient, path: str, pointer: str, detail: str
) -> None:
    answer = await rating.get(f"/v1/{path}")
    assert (answer.status_code, answer.json()["code"]) == (422, "INVALID_INPUT")
    (fault,) = answer.json()["errors"]
    assert fault["pointer"] == pointer
    assert fault["detail"].startswith(detail)


async def test_a_parameter_of_a_command_that_would_be_ignored_is_refused(rating: httpx.AsyncClient) -> None:
    answer = await rating.post("/v1/branches/import?dry_run=true", content=b"", headers={"content-type": "text/csv"})
    assert answer.json()["errors"][0]["pointer"] == "query dry_run"
