"""Features are exactly those that the operations of the services declare."""

from pathlib import Path

from services.security.actions.features import read_features
from services.security.rules.features import features_of
from tests.services.security.conftest import DOCUMENTS


def test_every_declared_feature_is_listed_with_its_levels_and_operations() -> None:
    features = features_of(DOCUMENTS)
    assert list(features) == [
        "rating.export",
        "rating.orders",
        "receivables.invoices",
        "security.groups",
        "security.users",
    ]
    orders = features["rating.orders"]
    assert (orders.module, orders.levels) == ("rating", ("view", "edit"))
    assert [(operation.service, operation.method, operation.path) for operation in orders.operations] == [
        ("rating", "GET", "/v1/orders"),
        ("rating", "POST", "/v1/orders"),
    ]


def test_public_operations_declare_no_feature() -> None:
    document = {"paths": {"/v1/me": {"get": {"x-access-level": "signed_in"}}}}
    assert features_of({"security": document}) == {}


def test_the_committed_documents_declare_the_features_of_this_service() -> None:
    features = read_features()
    assert {"security.users", "security.groups", "security.permission_table"} <= set(features)
    assert features["security.users"].levels == ("view", "edit", "admin")


def test_without_documents_there_are_no_features(tmp_path: Path) -> None:
    assert read_features(tmp_path / "nothing") == {}
