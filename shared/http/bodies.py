"""Owns bodies that change something: what is left out stays as it is."""

from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import Depends
from pydantic import BaseModel, ConfigDict, Field, create_model

from shared.values.fields import annotation_of

Changes = Mapping[str, Any]
"""The members that were sent, by name."""


def _hide_defaults(schema: dict[str, Any]) -> None:
    for described in schema.get("properties", {}).values():
        described.pop("default", None)


class ChangeBody(BaseModel):
    """What is to change; a member that is left out stays as it is, and one that is not known is a mistake.

    The defaults of the fields are never used, and the schema does not show them: `model_fields_set` names what was sent.
    """

    model_config = ConfigDict(extra="forbid", json_schema_extra=_hide_defaults)

    def to_changes(self) -> dict[str, Any]:
        """Only the members that were sent."""
        return {name: getattr(self, name) for name in self.model_fields_set}


def partial(kind: type[BaseModel], name: str, words: str, *, without: Iterable[str] = ()) -> type[ChangeBody]:
    """The body called `name` that changes a `kind`: its fields, none of them required, but those that always stay."""
    fields: dict[str, Any] = {
        one: (annotation_of(info), Field(default=None, description=info.description))
        for one, info in kind.model_fields.items()
        if one not in frozenset(without)
    }
    return create_model(name, __base__=ChangeBody, __doc__=words, **fields)


def changes(body: type[ChangeBody]) -> Any:
    """The dependency that gives what was sent in such a body: `Annotated[Changes, changes(...)]`."""

    def sent(change: ChangeBody) -> Changes:
        return change.to_changes()

    sent.__annotations__["change"] = body
    return Depends(sent)
