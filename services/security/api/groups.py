"""Owns groups over HTTP. Groups belong to no branch, customer or company, so a caller's limits do not narrow them."""

from typing import Annotated

from fastapi import Query, Response

from services.security.actions import groups as actions
from services.security.api.dependencies import ChangerId, FeaturesOf
from services.security.errors import GrantRefused, GroupExists, LastAdministrator, OwnGroup
from services.security.records.groups import Group, GroupDraft, GroupEntry, GroupRow
from services.security.rules.groups import GroupComparison, GroupFilter, GroupImport
from services.security.rules.permissions import GROUPS
from shared.access import declared
from shared.access.grants import Level
from shared.errors import ImportRefused, NotFound, VersionMissing, VersionStale
from shared.files.csv import read_csv
from shared.http.etag import ExpectedVersion, tagged
from shared.http.files import CSV_REQUEST, CSV_RESPONSE, CsvBody, table_answer
from shared.http.imports import Check, taken_back
from shared.http.moment import Now
from shared.http.operation import Router
from shared.http.pages import Count, Page, PageQueryOf
from shared.http.transaction import Transaction
from shared.values.fields import field_names
from shared.values.numbers import Id

router = Router("groups")


@router.get(
    "",
    access=declared.feature(GROUPS, Level.VIEW),
    response_model=Page[Group, Count],
    responses=CSV_RESPONSE,
    summary="List groups",
)
async def list_groups(
    session: Transaction, wanted: Annotated[GroupFilter, Query()], query: PageQueryOf
) -> Page[Group, Count] | Response:
    """One page of the groups that fit; as text/csv all of them, in the form that can be imported again.

    Sorted by `name` or `created_at`.
    """
    found, cursor, count = await actions.list_groups(session, wanted, query)
    if query.media_type is not None:
        rows = [row for group in found for row in GroupRow.of(group)]
        return table_answer(query.media_type, "groups", field_names(GroupRow), rows)
    return Page(items=found, next_cursor=cursor, totals=Count(count=count))


@router.post(
    "",
    access=declared.feature(GROUPS, Level.ADMIN),
    refuses=[GrantRefused, GroupExists],
    status_code=201,
    summary="Make a group",
)
async def create_group(
    body: GroupDraft, response: Response, session: Transaction, features: FeaturesOf, now: Now
) -> Group:
    """Makes a group without members."""
    return tagged(response, await actions.create_group(session, body, features, now))


@router.post(
    "/import",
    access=declared.feature(GROUPS, Level.ADMIN),
    refuses=[ImportRefused, OwnGroup, LastAdministrator],
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
) -> GroupImport:
    """Loads a CSV file with the columns group, description, feature, level, branches, customers and ar_companies.

    One row for each grant; the last three may name several, separated by semicolons. The whole file or nothing. The
    grants of every group in the file become exactly those in the file; its members stay.
    """
    file = read_csv(content, GroupRow, key=lambda row: row.key)
    async with taken_back(session, check=check):
        return await actions.import_groups(session, file, features=features, changer_id=changer_id, now=now)


@router.get(
    "/{group_id}",
    access=declared.feature(GROUPS, Level.VIEW),
    refuses=[NotFound],
    summary="Read a group",
)
async def read_group(group_id: Id, response: Response, session: Transaction) -> Group:
    """The group with its grants. The ETag counts every change of it, members included."""
    return tagged(response, await actions.get_group(session, group_id))


@router.post(
    "/{group_id}/copy",
    access=declared.feature(GROUPS, Level.ADMIN),
    refuses=[NotFound, GrantRefused, GroupExists],
    status_code=201,
    summary="Copy a group",
)
async def copy_group(
    group_id: Id, body: GroupEntry, *, response: Response, session: Transaction, features: FeaturesOf, now: Now
) -> Group:
    """Makes a group with the grants of this one and without members; without a description it takes over the other's."""
    return tagged(response, await actions.copy_group(session, group_id, body, features, now))


@router.get(
    "/{group_id}/comparison/{other_id}",
    access=declared.feature(GROUPS, Level.VIEW),
    refuses=[NotFound],
    summary="Compare two groups",
)
async def compare_groups(group_id: Id, other_id: Id, session: Transaction) -> GroupComparison:
    """Everything that the two groups give otherwise: the feature, its limits, and the level in each, `none` included."""
    return await actions.compare_groups(session, group_id, other_id)


@router.put(
    "/{group_id}",
    access=declared.feature(GROUPS, Level.ADMIN),
    refuses=[NotFound, VersionMissing, VersionStale, GrantRefused, GroupExists, OwnGroup, LastAdministrator],
    summary="Change a group",
)
async def replace_group(
    group_id: Id,
    body: GroupDraft,
    expected: ExpectedVersion,
    *,
    response: Response,
    session: Transaction,
    features: FeaturesOf,
    changer_id: ChangerId,
) -> Group:
    """Gives the group this name, this description and exactly these grants; its members stay."""
    changed = await actions.replace_group(session, group_id, expected, body, features=features, changer_id=changer_id)
    return tagged(response, changed)


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
