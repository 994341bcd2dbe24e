"""Codes with their names, for those who may enter or filter by them but not see what is set for each."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CodeName:
    """A code and its name. A retired code stays for history and can no longer be used."""

    code: str
    name: str
    retired: bool
