"""Bodies of changes: a member that is left out keeps its value."""

from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import Depends
from pydantic import BaseModel, ConfigDict, Field, create_model

from shared.values.fields import annotation_of

Changes = Mapping[str, Any]
"""The members of the body, by name."""


def _hide_defaults(schema: dict[str, Any]) -> None:
    for described in schema.get("properties", {}).values():
        described.pop("default", None)


class ChangeBody(BaseModel):
    """The members to change. A member that is left out keeps its value; an unknown member is refused.

    Defaults of fields are never used and not shown in the schema: `model_fields_set` says which members were sent.
    """

    model_config = ConfigDict(extra="forbid", json_schema_extra=_hide_defaults)

    def to_changes(self) -> dict[str, Any]:
        """Returns only the members that were sent."""
        return {name: getattr(self, name) for name in self.model_fields_set}


def partial(kind: type[BaseModel], name: str, words: str, *, without: Iterable[str] = ()) -> type[ChangeBody]:
    """Makes the body `name` that changes a `kind`: all its fields are optional; those in `without` cannot change."""
    fields: dict[str, Any] = {
        field: (annotation_of(info), Field(default=None, description=info.description))
        for field, info in kind.model_fields.items()
        if field not in frozenset(without)
    }
    return create_model(name, __base__=ChangeBody, __doc__=words, **fields)


def changes(body: type[ChangeBody]) -> Any:
    """The dependency that returns the changes of such a body: `Annotated[Changes, changes(...)]`."""

    def sent(change: ChangeBody) -> Changes:
        return change.to_changes()

    sent.__annotations__["change"] = body
    return Depends(sent)
