"""Owns the wire types of memberships, and the rows of their files."""

from pydantic import BaseModel

from services.security.rules.members import Member, MemberRow
from services.security.rules.names import fold
from services.security.schemas.groups import GroupReference
from services.security.schemas.words import GroupName, UserName


class MemberAnswer(BaseModel):
    """A user in a group."""

    group: GroupReference
    user: GroupReference

    @classmethod
    def of(cls, member: Member) -> "MemberAnswer":
        return cls(
            group=GroupReference(id=member.group_id, name=member.group_name),
            user=GroupReference(id=member.user_id, name=member.user_name),
        )


class MemberImportRow(BaseModel):
    """A user in a group; without a user the row only names its group, which is empty then."""

    group: GroupName
    user: UserName | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What may stand only once in a file."""
        return fold(self.group), fold(self.user or "")

    @classmethod
    def of(cls, member: Member) -> "MemberImportRow":
        return cls(group=member.group_name, user=member.user_name)

    def to_row(self, line: int) -> MemberRow:
        return MemberRow(line, self.group, self.user)
