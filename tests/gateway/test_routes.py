"""The route table finds exactly the operations that the services declare."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import MethodNotAllowed
from gateway.routes import SERVICES, RoutesUnfit, RouteTable, compile_routes, load_documents
from gateway.rules.paths import path_segments
from shared.access.grants import Level
from shared.errors import NotFound
from tests.gateway.player import DOCUMENTS

TABLE = compile_routes(DOCUMENTS)


def find(method: str, path: str, table: RouteTable = TABLE) -> tuple[str, str]:
    route, inside = table.match(method, path.split("/")[1:])
    return route.name, inside


def operation(**further: object) -> dict[str, object]:
    return {"x-feature": "rating.a", "x-access-level": "view", "responses": {}, **further}


def table_of(paths: Mapping[str, object]) -> RouteTable:
    return compile_routes({"rating": {"paths": paths}})


@pytest.mark.parametrize(
    ("method", "path", "name", "inside"),
    [
        ("GET", "/api/v1/rating/echo", "GET /api/v1/rating/echo", "/v1/echo"),
        ("HEAD", "/api/v1/rating/echo", "GET /api/v1/rating/echo", "/v1/echo"),
        ("POST", "/api/v1/rating/echo", "POST /api/v1/rating/echo", "/v1/echo"),
        ("GET", "/api/v1/receivables/echo", "GET /api/v1/receivables/echo", "/v1/echo"),
        ("GET", "/api/v1/rating/orders/7", "GET /api/v1/rating/orders/{order_id}", "/v1/orders/7"),
        ("GET", "/api/v1/rating/orders/007", "GET /api/v1/rating/orders/{order_id}", "/v1/orders/007"),
        ("POST", "/api/v1/rating/orders/export", "POST /api/v1/rating/orders/export", "/v1/orders/export"),
        ("GET", "/api/v1/rating/customers/a b", "GET /api/v1/rating/customers/{number}", "/v1/customers/a%20b"),
        ("GET", "/api/v1/rating/customers/é;?#/statement", "GET /api/v1/rating/customers/{number}/statement",
         "/v1/customers/%C3%A9%3B%3F%23/statement"),
        ("HEAD", "/api/v1/rating/answers/x", "HEAD /api/v1/rating/answers/{kind}", "/v1/answers/x"),
    ],
)  # fmt: skip
def test_an_operation_is_found_and_its_path_at_the_service_rebuilt(
    method: str, path: str, name: str, inside: str
) -> None:
    assert find(method, path) == (name, inside)


@pytest.mark.parametrize(
    "path",
    ["/", "/api", "/api/v1", "/api/v1/rating", "/api/v1/rating/", "/api/v1/rating/orders", "/api/v1/rating/orders/",
     "/api/v1/rating/orders/7/", "/api/v1/rating/orders/7/lines", "/api/v1/rating/orders/7a", "/api/v1/rating/orders/٧",
     "/api/v1/rating/orders/+7", "/api/v1/rating/customers//statement", "/api/v2/rating/echo", "/v1/rating/echo",
     "/api/v1/rating/echos", "/api/v1/rating/ech", "/api/v1/rating/Echo", "/api/v1/echo", "/x/api/v1/rating/echo"],
)  # fmt: skip
def test_everything_else_does_not_exist(path: str) -> None:
    with pytest.raises(NotFound):
        find("GET", path)


def test_an_unknown_method_is_refused_with_those_that_exist() -> None:
    with pytest.raises(MethodNotAllowed) as refused:
        find("PATCH", "/api/v1/rating/echo")
    assert refused.value.allowed == ("GET", "HEAD", "POST", "PUT")
    with pytest.raises(MethodNotAllowed) as refused:
        find("HEAD", "/api/v1/rating/orders/export")
    assert refused.value.allowed == ("POST",)


def test_if_a_literal_leads_nowhere_the_parameter_is_tried() -> None:
    paths = {"/v1/a/import": {"post": operation()}, "/v1/a/{number}/lines": {"get": operation()}}
    assert find("GET", "/api/v1/rating/a/import/lines", table_of(paths))[1] == "/v1/a/import/lines"


def test_the_shortcut_for_plain_paths_finds_the_same_operation() -> None:
    table = compile_routes(load_documents())
    plain = [route for route in table.routes if table.plain(route.method, route.path.encode()) is not None]
    assert len(plain) > 50
    assert {route.path for route in table.routes if "{" not in route.path} == {route.path for route in plain}
    for route in plain:
        segments = path_segments(route.path.encode())
        assert table.match(route.method, segments) == (table.plain(route.method, route.path.encode()), route.template)
    assert table.plain("HEAD", plain[0].path.encode()) is None


def test_feature_and_level_are_taken_from_the_document() -> None:
    by_name = {route.name: route for route in TABLE.routes}
    ticks = by_name["GET /api/v1/rating/ticks"]
    assert (ticks.access.feature, ticks.access.level) == ("rating.ticks", Level.VIEW)
    assert by_name["PUT /api/v1/rating/echo"].access.level is Level.APPROVE
    assert by_name["GET /api/v1/rating/me"].access.kind == "signed_in"
    assert by_name["GET /api/v1/rating/open"].access.kind == "public"


def test_parameters_of_the_whole_path_count_as_well() -> None:
    number = {"name": "a_id", "in": "path", "schema": {"type": "integer"}}
    table = table_of({"/v1/a/{a_id}": {"parameters": [number], "get": operation()}})
    with pytest.raises(NotFound):
        find("GET", "/api/v1/rating/a/b", table)


@pytest.mark.parametrize(
    ("paths", "words"),
    [
        ({"/livez": {"get": operation()}}, "not of the form"),
        ({"/v1": {"get": operation()}}, "not of the form"),
        ({"/v1/a/": {"get": operation()}}, "not of the form"),
        ({"/v2/a": {"get": operation()}}, "not of the form"),
        ({"/v1/a/{id}.pdf": {"get": operation()}}, "only part of a segment"),
        ({"/v1/a/{b}": {"get": operation()}, "/v1/a/{c}": {"get": operation()}}, "are the same path"),
    ],
)
def test_documents_that_cannot_be_compiled_are_refused(paths: dict[str, object], words: str) -> None:
    with pytest.raises(RoutesUnfit, match=words):
        table_of(paths)


def test_documents_that_are_not_json_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "openapi").mkdir()
    (tmp_path / "openapi" / "rating.json").write_text("{")
    monkeypatch.setattr("gateway.routes.resources.files", lambda _: tmp_path)
    with pytest.raises(RoutesUnfit, match=r"rating\.json is not JSON"):
        load_documents()


def test_every_committed_operation_is_in_the_table_and_found_by_its_own_path() -> None:
    documents = load_documents()
    assert tuple(documents) == SERVICES
    table = compile_routes(documents)
    declared = sum(
        method in {"get", "put", "post", "patch", "delete", "head", "options"}
        for document in documents.values()
        for path in document["paths"].values()
        for method in path
    )
    assert len(table.routes) == declared > 0
    for route in table.routes:
        given = [("7" if index in route.numbers else "x") for index in range(len(route.segments))]
        outside = [segment if segment is not None else given[index] for index, segment in enumerate(route.segments)]
        found, inside = table.match(route.method, ["api", "v1", route.service, *outside])
        assert found is route
        assert inside == "/v1/" + "/".join(outside)


@given(st.text(st.characters(blacklist_characters="/\\%.", blacklist_categories=("Cs", "Cc")), min_size=1))
def test_a_parameter_reaches_the_service_with_the_same_meaning(text: str) -> None:
    _, inside = find("GET", f"/api/v1/rating/customers/{text}")
    assert path_segments(inside.encode()) == ["v1", "customers", text]


@given(st.text(max_size=8), st.text(max_size=3))
def test_no_segment_matches_by_a_prefix(before: str, after: str) -> None:
    segment = f"{before}echo{after}"
    if segment != "echo":
        with pytest.raises(NotFound):
            TABLE.match("GET", ["api", "v1", "rating", segment])
