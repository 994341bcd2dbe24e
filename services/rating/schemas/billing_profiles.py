"""Billing profiles on the wire and in files."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict

from services.rating.records.billing_profiles import LineEntry, ProfileEntry, ProfileHead, ProfileRow
from services.rating.rules.rate_tables import BillingProfile
from shared.files.csv import Numbered
from shared.http.bodies import Changes, changes, partial
from shared.values.fields import parts_of

ProfileCopy = Annotated[
    Changes,
    changes(partial(ProfileHead, "ProfileCopy", "What is to differ in the copy; what is left out is taken over.")),
]


class ProfileEnd(BaseModel):
    """The last day on which a profile is in force; null for until further notice."""

    model_config = ConfigDict(extra="forbid")

    effective_to: date | None


def rows_of(profiles: Sequence[BillingProfile]) -> list[ProfileRow]:
    """Profiles as rows of a table, one a line."""
    return [
        ProfileRow.model_construct(**parts_of(profile, ProfileHead), **parts_of(line, LineEntry))
        for profile in profiles
        for line in profile.lines
    ]


def profiles_of(rows: Sequence[Numbered[ProfileRow]]) -> Iterator[tuple[ProfileEntry, list[int]]]:
    """The profiles of a table, each with the lines of the file on which its lines stand."""

    def head_of(one: Numbered[ProfileRow]) -> dict[str, Any]:
        return parts_of(one.row, ProfileHead)

    for head, several in groupby(rows, key=head_of):
        numbered = list(several)
        lines = [LineEntry.model_construct(**parts_of(one.row, LineEntry)) for one in numbered]
        yield ProfileEntry.model_construct(**head, lines=lines), [one.line for one in numbered]
