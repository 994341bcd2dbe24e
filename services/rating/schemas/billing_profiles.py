"""Billing profiles in bodies and in files."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict

from services.rating.records.billing_profiles import LineEntry, ProfileEntry, ProfileHead, ProfileRow
from services.rating.rules.rate_tables import BillingProfile
from shared.files.csv import Numbered
from shared.http.bodies import Changes, changes, partial
from shared.values.dates import CalendarDate
from shared.values.fields import field_names, parts_of

HEAD_FIELDS = frozenset(field_names(ProfileHead))
ProfileCopy = Annotated[
    Changes,
    changes(partial(ProfileHead, "ProfileCopy", "What differs in the copy. Fields that are left out are copied.")),
]


class ProfileEnd(BaseModel):
    """The last day on which a profile is in force, or null for no end date."""

    model_config = ConfigDict(extra="forbid")

    effective_to: CalendarDate | None


def rows_of(profiles: Sequence[BillingProfile]) -> list[ProfileRow]:
    """Profiles as rows of a table, one row per line of a profile."""
    return [
        ProfileRow.model_construct(**parts_of(profile, ProfileHead), **parts_of(line, LineEntry))
        for profile in profiles
        for line in profile.lines
    ]


def whole_line(row: ProfileRow) -> ProfileRow:
    """What must be unique in a file of profiles: a line, with all that it says."""
    return row


def profiles_of(rows: Sequence[Numbered[ProfileRow]]) -> Iterator[tuple[ProfileEntry, list[Numbered[ProfileRow]]]]:
    """Yields the profiles in a table, each with the rows of its lines."""

    def head_of(numbered: Numbered[ProfileRow]) -> dict[str, Any]:
        return parts_of(numbered.row, ProfileHead)

    for head, several in groupby(rows, key=head_of):
        group = list(several)
        lines = [LineEntry.model_construct(**parts_of(numbered.row, LineEntry)) for numbered in group]
        yield ProfileEntry.model_construct(**head, lines=lines), group
