"""Owns versions in HTTP: what was read carries an ETag, and a change must name the version it changes."""

import re
from typing import Annotated, Protocol, TypeVar

from fastapi import Depends, Header, Response

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
    """What was found, with its revision as the ETag of the answer."""
    response.headers["etag"] = etag(found.revision)
    return found


def expected_version(
    if_match: Annotated[
        str | None, Header(description="The ETag that was read; a newer one is refused with 412.")
    ] = None,
) -> int:
    """The version in `If-Match`; raises VersionMissing without one."""
    if if_match is None:
        raise VersionMissing("Send the ETag that you read as If-Match.")
    form = _FORM.fullmatch(if_match.strip())
    if form is None:
        raise VersionStale(f"If-Match must be an ETag as it was read, not {if_match}.")
    return int(form.group(1))


ExpectedVersion = Annotated[int, Depends(expected_version)]
