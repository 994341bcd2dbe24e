"""Groups over HTTP. A caller's limits do not apply, because groups belong to no branch, customer or company."""

from operator import attrgetter
from typing import Annotated

from fastapi import Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.security.actions import groups as actions
from services.security.api.dependencies import ChangerId, FeaturesOf
from services.security.errors import GrantRefused, GroupExists, LastAdministrator, OwnGroup
from services.security.records.groups import Group, GroupDraft, GroupEntry, GroupRow
from services.security.rules.features import Features
from services.security.rules.groups import GroupComparison, GroupFilter
from services.security.rules.permissions import GROUPS
from shared.access import declared
from shared.access.grants import Level
from shared.audit.changes import HistoryStep
from shared.errors import ImportRefused, NotFound, VersionMissing, VersionStale
from shared.files.changes import Outcome
from shared.files.csv import read_csv
from shared.http.etag import ExpectedVersion, Tagged, tagged
from shared.http.files import CSV_RESPONSE, CsvBody, table_answer
from shared.http.moment import Now
from shared.http.operation import Naming, Router
from shared.http.pages import Count, FixedPageQueryOf, Page, PageQueryOf
from shared.http.transaction import Transaction
from shared.values.fields import field_names
from shared.values.numbers import Id

router = Router("groups")


async def _features_of(request: Request, _session: AsyncSession) -> Features:
    features: Features = request.app.state.features
    return features


NAMING = Naming(GroupDraft, actions.find_unknown, _features_of)


@router.get(
    "",
    access=declared.feature(GROUPS, Level.VIEW),
    response_model=Page[Group, Count],
    responses=CSV_RESPONSE,
)
async def list_groups(
    session: Transaction, filters: Annotated[GroupFilter, Query()], page: PageQueryOf
) -> Page[Group, Count] | Response:
    """Sorted by `name` or `created_at`. CSV and XLSX contain all groups that match and use the import format."""
    found, cursor, count = await actions.list_groups(session, filters, page)
    if page.media_type is not None:
        rows = [row for group in found for row in GroupRow.of(group)]
        return table_answer(page.media_type, "groups", field_names(GroupRow), rows)
    return Page(items=found, next_cursor=cursor, totals=Count.of(count))


@router.post(
    "",
    access=declared.feature(GROUPS, Level.ADMIN),
    refuses=[GrantRefused, GroupExists],
    status_code=201,
    naming=NAMING,
)
async def create_group(
    body: GroupDraft, response: Tagged, session: Transaction, features: FeaturesOf, now: Now
) -> Group:
    """The new group has no members."""
    return tagged(response, await actions.create_group(session, body, features, now))


@router.imports(
    "/import",
    access=declared.feature(GROUPS, Level.ADMIN),
    refuses=[ImportRefused, OwnGroup, LastAdministrator],
)
async def import_groups(
    content: CsvBody, session: Transaction, features: FeaturesOf, *, changer_id: ChangerId, now: Now
) -> Outcome:
    """The columns are group, description, feature, level, branches, customers and ar_companies, one row for each grant.

    The last three may contain several values separated by semicolons. The grants of every group in the file become
    exactly those in the file; its members stay. A known group keeps its description or its grants if the file has no
    column for them, and the limits of a grant in a column that the file leaves out. If any row has an error, nothing is
    imported.
    """
    file = await read_csv(content, GroupRow, key=attrgetter("key"))
    return await actions.import_groups(session, file, features=features, changer_id=changer_id, now=now)


@router.get(
    "/{group_id}",
    access=declared.feature(GROUPS, Level.VIEW),
    refuses=[NotFound],
)
async def read_group(group_id: Id, response: Tagged, session: Transaction) -> Group:
    """The group with its grants. The ETag changes with every change of the group, including its members."""
    return tagged(response, await actions.get_group(session, group_id))


@router.get(
    "/{group_id}/history",
    access=declared.feature(GROUPS, Level.VIEW),
    refuses=[NotFound],
)
async def read_group_history(group_id: Id, page: FixedPageQueryOf, session: Transaction) -> Page[HistoryStep, Count]:
    """Who did what with the group and when, newest first, with the members who joined and left."""
    steps, cursor, count = await actions.list_history(session, group_id, page)
    return Page(items=steps, next_cursor=cursor, totals=Count.of(count))


@router.post(
    "/{group_id}/copy",
    access=declared.feature(GROUPS, Level.ADMIN),
    refuses=[NotFound, GrantRefused, GroupExists],
    status_code=201,
)
async def copy_group(
    group_id: Id, body: GroupEntry, *, response: Tagged, session: Transaction, features: FeaturesOf, now: Now
) -> Group:
    """Creates a group with the same grants but no members. If you give no description, it is copied too."""
    return tagged(response, await actions.copy_group(session, group_id, body, features, now))


@router.get(
    "/{group_id}/comparison/{other_id}",
    access=declared.feature(GROUPS, Level.VIEW),
    refuses=[NotFound],
)
async def compare_groups(group_id: Id, other_id: Id, session: Transaction) -> GroupComparison:
    """The grants that differ: the feature, its limits, and the level in each group, which may be `none`."""
    return await actions.compare_groups(session, group_id, other_id)


@router.put(
    "/{group_id}",
    access=declared.feature(GROUPS, Level.ADMIN),
    refuses=[NotFound, VersionMissing, VersionStale, GrantRefused, GroupExists, OwnGroup, LastAdministrator],
    naming=NAMING,
)
async def change_group(
    group_id: Id,
    body: GroupDraft,
    expected: ExpectedVersion,
    *,
    response: Tagged,
    session: Transaction,
    features: FeaturesOf,
    changer_id: ChangerId,
) -> Group:
    """Replaces the name, the description and all grants; the members stay."""
    changed = await actions.replace_group(session, group_id, expected, body, features=features, changer_id=changer_id)
    return tagged(response, changed)


@router.delete(
    "/{group_id}",
    access=declared.feature(GROUPS, Level.ADMIN),
    refuses=[NotFound, VersionMissing, VersionStale, OwnGroup, LastAdministrator],
    status_code=204,
)
async def delete_group(group_id: Id, expected: ExpectedVersion, session: Transaction, changer_id: ChangerId) -> None:
    """Its members lose what it granted them."""
    await actions.delete_group(session, group_id, expected, changer_id=changer_id)
