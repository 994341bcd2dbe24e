"""Headers in the OpenAPI document: those that a request must have, and those that an answer has."""

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Any, get_args

from fastapi import Response

_MARK = "x-demanded"
DEMANDED: dict[str, Any] = {_MARK: True}
"""Marks the schema of a header that the service demands itself, with a sentence that FastAPI would not have."""


def take_demanded(schema: dict[str, Any]) -> bool:
    """Whether the schema has the mark, which is removed."""
    return bool(schema.pop(_MARK, False))


@dataclass(frozen=True)
class AnswerHeader:
    """A header of an answer. In the annotation of an endpoint's `response`, it says that the endpoint sets it."""

    name: str
    description: str


LOCATION = AnswerHeader("Location", "The address of what was started or made.")
Located = Annotated[Response, LOCATION]
"""The response of an endpoint that sets the Location."""
RETRY_AFTER = AnswerHeader("Retry-After", "The seconds to wait before the request may succeed.")


def set_headers(endpoint: Callable[..., Any]) -> list[AnswerHeader]:
    """The headers that an endpoint sets, according to the annotations of its parameters."""
    annotations = (parameter.annotation for parameter in inspect.signature(endpoint).parameters.values())
    return [mark for annotation in annotations for mark in get_args(annotation) if isinstance(mark, AnswerHeader)]


def headers_of(headers: Iterable[AnswerHeader]) -> dict[str, Any]:
    """The headers as a `headers` object of OpenAPI."""
    return {header.name: {"description": header.description, "schema": {"type": "string"}} for header in headers}
