"""Versions in HTTP: an answer carries an ETag, and a change must name the version that it changes."""

import re
from hashlib import sha256
from typing import Annotated, Any, Protocol, TypeVar

from fastapi import Depends, Header, Response
from pydantic_core import to_json

from shared.errors import VersionMissing, VersionStale
from shared.http.headers import DEMANDED, AnswerHeader, headers_of

ETAG = AnswerHeader("ETag", "The version of the answer; a change sends it as `If-Match`.")
Tagged = Annotated[Response, ETAG]
"""The response of an endpoint that sets the ETag."""


class _Revised(Protocol):
    @property
    def revision(self) -> int: ...


FoundT = TypeVar("FoundT")
RevisedT = TypeVar("RevisedT", bound=_Revised)
_FORM = re.compile(r'"(\d{1,18})"', re.ASCII)


def etag(version: int) -> str:
    """The ETag of a version: 7 → `"7"`."""
    return f'"{version}"'


def version_of(tag: str) -> int | None:
    """The version of an ETag: `"7"` → 7; None if it is not one of ours."""
    form = _FORM.fullmatch(tag.strip())
    return None if form is None else int(form.group(1))


def tagged(response: Response, found: RevisedT) -> RevisedT:
    """Returns what was found and sets its revision as the ETag of the answer."""
    response.headers["etag"] = etag(found.revision)
    return found


def expected_version(
    if_match: Annotated[
        str | None,
        Header(
            description="The ETag that you read. If there is a newer version, the change is refused with 412.",
            json_schema_extra=DEMANDED,
        ),
    ] = None,
) -> int:
    """The version in `If-Match`; raises VersionMissing or VersionStale."""
    if if_match is None:
        raise VersionMissing("Send the ETag that you read as If-Match.")
    version = version_of(if_match)
    if version is None:
        raise VersionStale(f'If-Match must be the ETag that you read, such as "7", not {if_match}.')
    return version


ExpectedVersion = Annotated[int, Depends(expected_version)]


def version_if_sent(
    if_match: Annotated[
        str | None,
        Header(description="The ETag that you read, if a newer version is to be refused with 412."),
    ] = None,
) -> int | None:
    """The version in `If-Match`, or None without one; raises VersionStale."""
    return None if if_match is None else expected_version(if_match)


VersionIfSent = Annotated[int | None, Depends(version_if_sent)]
"""For what has one owner, who may replace it without having read it."""


UNCHANGED: dict[int | str, dict[str, Any]] = {
    304: {"description": "The answer still has the ETag in If-None-Match.", "headers": headers_of([ETAG])}
}


def content_etag(content: object) -> str:
    """The ETag of an answer without a version: another one for any other content."""
    return f'"{sha256(to_json(content)).hexdigest()[:32]}"'


def unless_known(found: FoundT, known: str | None, response: Response) -> FoundT | Response:
    """What was found with its ETag, or 304 if that is the one `known` to the caller."""
    tag = content_etag(found)
    if known == tag:
        return Response(status_code=304, headers={"etag": tag})
    response.headers["etag"] = tag
    return found


def known_tag(
    if_none_match: Annotated[
        str | None, Header(description="The ETag that you have. If the answer still has it, it is 304 without a body.")
    ] = None,
) -> str | None:
    """The ETag in `If-None-Match`. A weak one is compared like any other, because only bodies are left out."""
    return None if if_none_match is None else if_none_match.strip().removeprefix("W/")


KnownTag = Annotated[str | None, Depends(known_tag)]
