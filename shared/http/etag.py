"""Versions in HTTP: an answer carries an ETag, and a change must name the version that it changes."""

import re
from hashlib import sha256
from typing import Annotated, Any, Protocol, TypeVar

from fastapi import Depends, Header, Response
from pydantic_core import to_json

from shared.errors import VersionMissing, VersionStale


class _Revised(Protocol):
    @property
    def revision(self) -> int: ...


RevisedT = TypeVar("RevisedT", bound=_Revised)
_FORM = re.compile(r'"(\d{1,18})"', re.ASCII)


def etag(version: int) -> str:
    """The ETag of a version: 7 → `"7"`."""
    return f'"{version}"'


def tagged(response: Response, found: RevisedT) -> RevisedT:
    """Returns what was found and sets its revision as the ETag of the answer."""
    response.headers["etag"] = etag(found.revision)
    return found


def expected_version(
    if_match: Annotated[
        str | None,
        Header(description="The ETag that you read. If there is a newer version, the change is refused with 412."),
    ] = None,
) -> int:
    """The version in `If-Match`; raises VersionMissing or VersionStale."""
    if if_match is None:
        raise VersionMissing("Send the ETag that you read as If-Match.")
    form = _FORM.fullmatch(if_match.strip())
    if form is None:
        raise VersionStale(f'If-Match must be the ETag that you read, such as "7", not {if_match}.')
    return int(form.group(1))


ExpectedVersion = Annotated[int, Depends(expected_version)]


UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "The answer still has the ETag in If-None-Match."}}


def content_etag(content: object) -> str:
    """The ETag of an answer without a version: another one for any other content."""
    return f'"{sha256(to_json(content)).hexdigest()[:32]}"'


def known_tag(
    if_none_match: Annotated[
        str | None, Header(description="The ETag that you have. If the answer still has it, it is 304 without a body.")
    ] = None,
) -> str | None:
    """The ETag in `If-None-Match`. A weak one is compared like any other, because only bodies are left out."""
    return None if if_none_match is None else if_none_match.strip().removeprefix("W/")


KnownTag = Annotated[str | None, Depends(known_tag)]
