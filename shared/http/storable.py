"""Text that can be stored: PostgreSQL keeps no null characters, so no parameter and no body may contain one."""

from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl

from fastapi import Request

from shared.errors import Fault
from shared.http.problems import invalid_fields

NULL_REFUSED = "must not contain the null character (U+0000)"
_MOST_FAULTS = 10_000


async def require_storable(request: Request, *, reads_json: bool) -> None:
    """Raises InvalidInput if a parameter of the path or query, or a text in the JSON body, has a null character.

    It is checked here for every operation, because a field that anyone forgets would be a failure of the database.
    A body that is not valid JSON is left to FastAPI, which refuses it.
    """
    faults = [Fault(f"path {name}", NULL_REFUSED) for name, value in request.path_params.items() if "\0" in str(value)]
    query: bytes = request.scope["query_string"]
    if b"%00" in query or b"\0" in query:
        pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
        names = dict.fromkeys(_shown(name) for name, value in pairs if "\0" in name or "\0" in value)
        faults += [Fault(f"query {name}", NULL_REFUSED) for name in names]
    if reads_json:
        faults += [Fault(pointer, NULL_REFUSED) for pointer in await _in_body(request)]
    if faults:
        raise invalid_fields(faults)


async def _in_body(request: Request) -> list[str]:
    """The JSON pointers to the first texts of the body that have a null character."""
    body = await request.body()
    # Written out or escaped. In UTF-16 or UTF-32, which JSON parsers also read, every body has such bytes.
    if b"\\u0000" not in body and b"\0" not in body:
        return []
    try:
        # FastAPI reads the same value, which the request keeps.
        content = await request.json()
    except (ValueError, RecursionError):
        return []
    return list(_first(_pointers(content)))


def _first(pointers: Iterable[str]) -> Iterator[str]:
    for _, pointer in zip(range(_MOST_FAULTS), pointers, strict=False):
        yield pointer


def _pointers(content: object) -> Iterator[str]:
    """The JSON pointers to all texts and names of members with a null character."""
    rest: list[tuple[str, object]] = [("", content)]
    while rest:
        pointer, value = rest.pop()
        match value:
            case str():
                if "\0" in value:
                    yield pointer or "/"
            case list():
                rest += ((f"{pointer}/{index}", one) for index, one in reversed(list(enumerate(value))))
            case dict():
                for name in value:
                    if "\0" in name:
                        yield f"{pointer}/{_step(name)}"
                rest += ((f"{pointer}/{_step(name)}", one) for name, one in reversed(value.items()))


def _step(name: str) -> str:
    """A member's name in a JSON pointer (RFC 6901)."""
    return _shown(name).replace("~", "~0").replace("/", "~1")


def _shown(name: str) -> str:
    return name.replace("\0", "\N{SYMBOL FOR NULL}")
