"""Where the contents of attached files are: in the database, or in a directory that all instances share."""

import os
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import anyio.to_thread
from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.attachments import StoredIn
from shared.database.statements import execute, fetch_value


class Contents(Protocol):
    """A place for contents, each under the id and the SHA-256 of its file."""

    place: StoredIn

    async def write(self, session: AsyncSession, attachment_id: int, sha256: str, content: bytes) -> None: ...

    async def read(self, session: AsyncSession, attachment_id: int, sha256: str) -> bytes | None: ...

    async def delete(self, session: AsyncSession, attachment_id: int, sha256: str) -> None: ...


class InDatabase:
    """Contents beside the rows of their files: one backup has both."""

    place: StoredIn = "database"

    async def write(self, session: AsyncSession, attachment_id: int, sha256: str, content: bytes) -> None:  # noqa: ARG002 - as in a directory
        await execute(
            session,
            "INSERT INTO attachment_content (attachment_id, content) VALUES (:id, :content)",
            id=attachment_id,
            content=content,
        )

    async def read(self, session: AsyncSession, attachment_id: int, sha256: str) -> bytes | None:  # noqa: ARG002 - as in a directory
        content: bytes | None = await fetch_value(
            session, "SELECT content FROM attachment_content WHERE attachment_id = :id", id=attachment_id
        )
        return content

    async def delete(self, session: AsyncSession, attachment_id: int, sha256: str) -> None:  # noqa: ARG002 - as in a directory
        await execute(session, "DELETE FROM attachment_content WHERE attachment_id = :id", id=attachment_id)


class InDirectory:
    """Contents as files, spread over 256 folders. A file is complete as soon as it has its name."""

    place: StoredIn = "directory"

    def __init__(self, directory: Path):
        self._directory = directory

    async def write(self, session: AsyncSession, attachment_id: int, sha256: str, content: bytes) -> None:  # noqa: ARG002 - as in the database
        await anyio.to_thread.run_sync(self._write, self._path(attachment_id, sha256), content)

    async def read(self, session: AsyncSession, attachment_id: int, sha256: str) -> bytes | None:  # noqa: ARG002 - as in the database
        return await anyio.to_thread.run_sync(self._read, self._path(attachment_id, sha256))

    async def delete(self, session: AsyncSession, attachment_id: int, sha256: str) -> None:  # noqa: ARG002 - as in the database
        path = self._path(attachment_id, sha256)
        await anyio.to_thread.run_sync(lambda: path.unlink(missing_ok=True))

    def _path(self, attachment_id: int, sha256: str) -> Path:
        # Nothing of the name that somebody chose is in the path. After a restore an id may come again, with other content.
        return self._directory / sha256[:2] / f"{attachment_id}-{sha256}"

    @staticmethod
    def _write(path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f"{path.name}.{uuid4().hex}.part")
        try:
            with beside.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)

    @staticmethod
    def _read(path: Path) -> bytes | None:
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None


def contents_in(directory: Path | None, place: StoredIn | None = None) -> Contents | None:
    """The contents of a place, or those that new files go to; None for a directory that is not set."""
    if place == "database" or (place is None and directory is None):
        return InDatabase()
    return None if directory is None else InDirectory(directory)
