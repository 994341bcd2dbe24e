"""Owns groups over HTTP. Groups belong to no branch, customer or company, so a caller's limits do not narrow them."""

from typing import Annotated

from fastapi import Depends, Query, Response

from services.security.actions import groups as actions
from services.security.actions.groups import import_groups as import_rows
from services.security.api.dependencies import ChangerId, FeaturesOf, Now
from services.security.errors import GrantRefused, GroupExists, LastAdministrator, OwnGroup
from services.security.rules.groups import Group, GroupFilter
from services.security.rules.permissions import GROUPS
from services.security.schemas.groups import (
    GrantDifferenceAnswer,
    GroupAnswer,
    GroupBody,
    GroupComparison,
    GroupCopy,
    GroupImportAnswer,
    GroupImportRow,
    GroupReference,
)
from services.security.schemas.words import Words
from shared.access import declared
from shared.access.grants import Level
from shared.errors import ImportRefused, NotFound, VersionMissing, VersionStale
from shared.files.csv import read_csv
from shared.http.etag import ExpectedVersion, etag
from shared.http.files import CSV_REQUEST, CSV_RESPONSE, CsvBody, table_answer
from shared.http.imports import Check, taken_back
from shared.http.operation import Router
from shared.http.pages import Count, Page, PageQueryOf
from shared.http.transaction import Transaction
from shared.values.numbers import Id

router = Router("groups")


def _filter(
    name: Annotated[Words | None, Query(description="The whole name, without regard to case.")] = None,
    feature: Annotated[Words | None, Query(description="A feature that they give, at any level.")] = None,
    search: Annotated[Words | None, Query(description="Part of the name or the description.")] = None,
) -> GroupFilter:
    return GroupFilter(name, feature, search)


FilterOf = Annotated[GroupFilter, Depends(_filter)]


def _answer(response: Response, group: Group) -> GroupAnswer:
    response.headers["etag"] = etag(group.revision)
    return GroupAnswer.of(group)


@router.get(
    "",
    access=declared.feature(GROUPS, Level.VIEW),
    response_model=Page[GroupAnswer, Count],
    responses=CSV_RESPONSE,
    summary="List groups",
)
async def list_groups(
    session: Transaction, wanted: FilterOf, query: PageQueryOf
) -> Page[GroupAnswer, Count] | Response:
    """One page of the groups that fit; as text/csv all of them, in the form that can be imported again.

    Sorted by `name` or `created_at`.
    """
    found, next_cursor, count = await actions.list_groups(session, wanted, query)
    if query.media_type is not None:
        rows = [row for group in found for row in GroupImportRow.rows_of(group)]
        return table_answer(query.media_type, "groups", list(GroupImportRow.model_fields), rows)
    return Page(items=[GroupAnswer.of(group) for group in found], next_cursor=next_cursor, totals=Count(count=count))


@router.post(
    "",
    access=declared.feature(GROUPS, Level.ADMIN),
    refuses=[GrantRefused, GroupExists],
    response_model=GroupAnswer,
    status_code=201,
    summary="Make a group",
)
async def create_group(
    body: GroupBody, response: Response, session: Transaction, features: FeaturesOf, now: Now
) -> GroupAnswer:
    """Makes a group without members."""
    return _answer(response, await actions.create_group(session, body.to_draft(), features, now))


@router.post(
    "/import",
    access=declared.feature(GROUPS, Level.ADMIN),
    refuses=[ImportRefused, OwnGroup, LastAdministrator],
    response_model=GroupImportAnswer,
    openapi_extra=CSV_REQUEST,
    summary="Load groups from a file",
)
async def import_groups(
    content: CsvBody,
    session: Transaction,
    features: FeaturesOf,
    *,
    changer_id: ChangerId,
    now: Now,
    check: Check = False,
) -> GroupImportAnswer:
    """Loads a CSV file with the columns group, description, feature, level, branches, customers and ar_companies.

    One row for each grant; the last three may name several, separated by semicolons. The whole file or nothing. The
    grants of every group in the file become exactly those in the file; its members stay.
    """
    numbered = read_csv(content, GroupImportRow, key=lambda row: row.key)
    rows = [one.row.to_row(one.line) for one in numbered]
    async with taken_back(session, check=check):
        done = await import_rows(session, rows, features=features, changer_id=changer_id, now=now)
    return GroupImportAnswer(created=done.created, replaced=done.replaced)


@router.get(
    "/{group_id}",
    access=declared.feature(GROUPS, Level.VIEW),
    refuses=[NotFound],
    response_model=GroupAnswer,
    summary="Read a group",
)
async def read_group(group_id: Id, response: Response, session: Transaction) -> GroupAnswer:
    """The group with its grants. The ETag counts every change of it, members included."""
    return _answer(response, await actions.get_group(session, group_id))


@router.post(
    "/{group_id}/copy",
    access=declared.feature(GROUPS, Level.ADMIN),
    refuses=[NotFound, GrantRefused, GroupExists],
    response_model=GroupAnswer,
    status_code=201,
    summary="Copy a group",
)
async def copy_group(
    group_id: Id, body: GroupCopy, *, response: Response, session: Transaction, features: FeaturesOf, now: Now
) -> GroupAnswer:
    """Makes a group with the grants of this one and without members."""
    made = await actions.copy_group(session, group_id, body.name, body.description, features, now)
    return _answer(response, made)


@router.get(
    "/{group_id}/comparison/{other_id}",
    access=declared.feature(GROUPS, Level.VIEW),
    refuses=[NotFound],
    response_model=GroupComparison,
    summary="Compare two groups",
)
async def compare_groups(group_id: Id, other_id: Id, session: Transaction) -> GroupComparison:
    """Everything that the two groups give otherwise: the feature, its limits, and the level in each, `none` included."""
    first, second, differences = await actions.compare_groups(session, group_id, other_id)
    return GroupComparison(
        first=GroupReference(id=first.id, name=first.name),
        second=GroupReference(id=second.id, name=second.name),
        differences=[GrantDifferenceAnswer.of(one) for one in differences],
    )


@router.put(
    "/{group_id}",
    access=declared.feature(GROUPS, Level.ADMIN),
    refuses=[NotFound, VersionMissing, VersionStale, GrantRefused, GroupExists, OwnGroup, LastAdministrator],
    response_model=GroupAnswer,
    summary="Change a group",
)
async def replace_group(
    group_id: Id,
    body: GroupBody,
    expected: ExpectedVersion,
    *,
    response: Response,
    session: Transaction,
    features: FeaturesOf,
    changer_id: ChangerId,
) -> GroupAnswer:
    """Gives the group this name, this description and exactly these grants; its members stay."""
    changed = await actions.replace_group(
        session, group_id, expected, body.to_draft(), features=features, changer_id=changer_id
    )
    return _answer(response, changed)


@router.delete(
    "/{group_id}",
    access=declared.feature(GROUPS, Level.ADMIN),
    refuses=[NotFound, VersionMissing, VersionStale, OwnGroup, LastAdministrator],
    status_code=204,
    summary="Delete a group",
)
async def delete_group(group_id: Id, expected: ExpectedVersion, session: Transaction, changer_id: ChangerId) -> None:
    """Deletes the group; its members lose what it gave them."""
    await actions.delete_group(session, group_id, expected, changer_id=changer_id)
