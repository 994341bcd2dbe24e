"""Where the contents of attached files are: in the database, or in a directory that all instances share."""

import os
from pathlib import Path
from typing import NamedTuple, Protocol
from uuid import uuid4

import anyio.to_thread
from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.attachments import StoredIn
from shared.database.statements import execute, fetch_value


class ContentKey(NamedTuple):
    """What a content is found by: the id of its file, and its SHA-256."""

    id: int
    sha256: str


class Contents(Protocol):
    """A place for contents."""

    place: StoredIn

    async def write(self, file: ContentKey, content: bytes) -> None: ...

    async def read(self, file: ContentKey) -> bytes | None: ...

    async def delete(self, file: ContentKey) -> None: ...


class InDatabase:
    """Contents beside the rows of their files: one backup has both."""

    place: StoredIn = "database"

    def __init__(self, session: AsyncSession):
        self._session = session

    async def write(self, file: ContentKey, content: bytes) -> None:
        await execute(
            self._session,
            "INSERT INTO attachment_content (attachment_id, content) VALUES (:id, :content)",
            id=file.id,
            content=content,
        )

    async def read(self, file: ContentKey) -> bytes | None:
        content: bytes | None = await fetch_value(
            self._session, "SELECT content FROM attachment_content WHERE attachment_id = :id", id=file.id
        )
        return content

    async def delete(self, file: ContentKey) -> None:
        await execute(self._session, "DELETE FROM attachment_content WHERE attachment_id = :id", id=file.id)


class InDirectory:
    """Contents as files, spread over 256 folders. A file is complete as soon as it has its name."""

    place: StoredIn = "directory"

    def __init__(self, directory: Path):
        self._directory = directory

    async def write(self, file: ContentKey, content: bytes) -> None:
        await anyio.to_thread.run_sync(self._write, self._path(file), content)

    async def read(self, file: ContentKey) -> bytes | None:
        return await anyio.to_thread.run_sync(self._read, self._path(file))

    async def delete(self, file: ContentKey) -> None:
        path = self._path(file)
        await anyio.to_thread.run_sync(lambda: path.unlink(missing_ok=True))

    def _path(self, file: ContentKey) -> Path:
        # Nothing of the name that somebody chose is in the path. After a restore an id may come again, with other content.
        return self._directory / file.sha256[:2] / f"{file.id}-{file.sha256}"

    @staticmethod
    def _write(path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f"{path.name}.{uuid4().hex}.part")
        try:
            with beside.open("xb") as opened:
                opened.write(content)
                opened.flush()
                os.fsync(opened.fileno())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)

    @staticmethod
    def _read(path: Path) -> bytes | None:
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None


def contents_in(session: AsyncSession, directory: Path | None, place: StoredIn | None = None) -> Contents | None:
    """The contents of a place, or those that new files go to; None for a directory that is not set."""
    if place == "database" or (place is None and directory is None):
        return InDatabase(session)
    return None if directory is None else InDirectory(directory)
