"""Wire types that know their column, so that a record declares each field once for the table, the API and files.

Use the types that end in OrNone for columns that may be null: `Code | None` would lose the type of the column.
"""

from datetime import datetime
from typing import Annotated, Any

from pydantic import model_validator
from sqlalchemy import ARRAY, Date, DateTime, Numeric, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from shared.values import dates, money, text

KEY = Text(collation="C")
"""The type of text that is compared byte by byte."""
AS_KEY = Field(sa_type=KEY)
AS_WORDS = Field(sa_type=Text())
AS_CODES = Field(sa_type=ARRAY(Text))
"""Several codes in one column."""
AS_DOCUMENT = Field(sa_type=JSONB)
"""Parts that are stored in one column, as JSON."""
_MONEY, _RATE, _QUANTITY = Numeric(18, 2), Numeric(18, 5), Numeric(15, 3)
_SUM, _SUM_OF_UNITS = Numeric(24, 2), Numeric(24, 3)

Code = Annotated[text.CodeText, AS_KEY]
CodeOrNone = Annotated[text.CodeText | None, AS_KEY]
Number = Annotated[text.NumberText, AS_KEY]
NumberOrNone = Annotated[text.NumberText | None, AS_KEY]
Account = Annotated[text.AccountText, AS_KEY]
AccountOrNone = Annotated[text.AccountText | None, AS_KEY]
Month = Annotated[text.MonthText, AS_KEY]
LongZipOrNone = Annotated[text.LongZipText | None, AS_KEY]
Words = Annotated[text.Line, AS_WORDS]
SeveralLines = Annotated[text.Lines, AS_WORDS]
FilledWords = Annotated[text.FilledLine, AS_WORDS]
MomentOrNone = Annotated[dates.Moment | None, Field(sa_type=DateTime(timezone=True))]
TimeZoneOrNone = Annotated[dates.TimeZoneText | None, AS_WORDS]
DayOrNone = Annotated[dates.CalendarDate | None, Field(sa_type=Date)]

Money = Annotated[money.EnteredMoney, Field(sa_type=_MONEY)]
MoneyOrNone = Annotated[money.EnteredMoney | None, Field(sa_type=_MONEY)]
Rate = Annotated[money.EnteredRate, Field(sa_type=_RATE)]
RateOrNone = Annotated[money.EnteredRate | None, Field(sa_type=_RATE)]
Quantity = Annotated[money.EnteredQuantity, Field(sa_type=_QUANTITY)]
Worth = Annotated[money.EnteredWorth, Field(sa_type=_QUANTITY)]
WorthOrNone = Annotated[money.EnteredWorth | None, Field(sa_type=_QUANTITY)]
Sum = Annotated[money.EnteredSum, Field(sa_type=_SUM)]
SumOfUnits = Annotated[money.EnteredSumOfUnits, Field(sa_type=_SUM_OF_UNITS)]
NotNegativeOrNone = Annotated[Annotated[money.EnteredMoney, Field(ge=0)] | None, Field(sa_type=_MONEY)]
CountedOrNone = Annotated[Annotated[money.EnteredQuantity, Field(ge=0)] | None, Field(sa_type=_QUANTITY)]
CountedWorthOrNone = Annotated[Annotated[money.EnteredWorth, Field(ge=0)] | None, Field(sa_type=_QUANTITY)]
Percent = Annotated[money.EnteredRate, Field(sa_type=_RATE, ge=0, le=100)]
PercentOrNone = Annotated[Annotated[money.EnteredRate, Field(ge=0, le=100)] | None, Field(sa_type=_RATE)]


class Record(SQLModel):
    """A record that people maintain, as a value: in rules, in bodies and answers, and as a row of a file.

    Its fields become the columns of the table class derived from it in `models/`. Rows are never loaded as table
    classes. The string below a field describes it in the documents.
    """

    # An answer has every member, including those with a default.
    model_config = {
        "frozen": True,
        "extra": "forbid",
        "json_schema_serialization_defaults_required": True,
        "use_attribute_docstrings": True,
    }

    @model_validator(mode="before")
    @classmethod
    def _leave_out_last_change(cls, given: Any) -> Any:
        """What was read can be sent back as it is: who changed it last, and when, is only read."""
        if isinstance(given, dict) and "changed_by" in given and "changed_by" not in cls.model_fields:
            return {name: value for name, value in given.items() if name not in {"changed_by", "changed_at"}}
        return given


class Changed(Record):
    """Who changed a record last, and when; the database fills both in."""

    changed_by: Annotated[str | None, AS_WORDS] = None
    changed_at: Annotated[datetime | None, Field(sa_type=DateTime(timezone=True))] = None
