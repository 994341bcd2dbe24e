"""Owns GL accounts."""

from dataclasses import dataclass


@dataclass(frozen=True)
class GlAccount:
    gl_company: int
    account: str
    name: str
    active: bool
    revision: int = 1
