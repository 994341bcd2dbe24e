"""Owns bodies that change something: what is left out stays as it is."""

from typing import Any

from pydantic import BaseModel, ConfigDict


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
