"""What clients of the last release rely on, and which changes since then break them.

`shared/contracts/released/` keeps the operations, parameters, fields and values of each service, without words.
`python -m deploy.documents --release` writes them again, at a release.

A client breaks when an operation, a parameter, a field, a media type or an answer is gone; when a schema has another name,
which generated clients use; when it must send what it did not have to; when a body may no longer have a value that it might have; and when an answer has another type. New values of
an enumeration in answers do not break it: clients have to expect them (docs/integrate.md).
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

Part: TypeAlias = dict[str, Any]
RELEASED = Path(__file__).parents[2] / "shared" / "contracts" / "released"
_BODY, _ANSWER = "body", "answer"


def kinds_of(schema: Part) -> list[str]:
    """The kinds of values that a schema allows: `null`, `string`, `array of Line`, or for an enumeration `"open"`."""
    return sorted(set(_kinds(schema)))


def _kinds(schema: Part) -> Iterator[str]:
    if "$ref" in schema:
        yield schema["$ref"].rpartition("/")[2]
    elif "const" in schema:
        yield json.dumps(schema["const"])
    elif "enum" in schema:
        yield from (json.dumps(value) for value in schema["enum"])
    elif choices := [*schema.get("anyOf", ()), *schema.get("oneOf", ())]:
        for choice in choices:
            yield from _kinds(choice)
    elif schema.get("type") == "array":
        yield from (f"array of {kind}" for kind in kinds_of(schema.get("items", {})))
    elif isinstance(schema.get("additionalProperties"), dict):
        yield from (f"object of {kind}" for kind in kinds_of(schema["additionalProperties"]))
    else:
        yield schema.get("type", "any")


def promises_of(document: Mapping[str, Any]) -> Part:
    """The operations and schemas of a document, without words."""
    operations = {
        f"{method.upper()} {path}": _promised_operation(operation)
        for path, described in document["paths"].items()
        for method, operation in described.items()
    }
    return {"operations": dict(sorted(operations.items())), "schemas": dict(_promised_schemas(document))}


def _promised_operation(operation: Part) -> Part:
    parameters = {
        f"{one['in']} {one['name']}": {"required": one.get("required", False), "kinds": kinds_of(one["schema"])}
        for one in operation.get("parameters", ())
    }
    body = operation.get("requestBody", {})
    answers = {
        status: _media(answer.get("content", {})) for status, answer in operation["responses"].items() if status < "4"
    }
    return {"parameters": parameters, "body": _media(body.get("content", {})), "answers": answers}


def _media(content: Part) -> Part:
    return {media: kinds_of(described.get("schema", {})) for media, described in content.items()}


def _promised_schemas(document: Mapping[str, Any]) -> Iterator[tuple[str, Part]]:
    """Each schema with its fields, and where it is used: in bodies, in answers, or both."""
    schemas = document["components"]["schemas"]
    used: dict[str, set[str]] = {}
    for described in document["paths"].values():
        for operation in described.values():
            _note_use(operation.get("requestBody", {}), _BODY, schemas, used)
            _note_use(operation["responses"], _ANSWER, schemas, used)
    for name in sorted(used):
        fields = {field: kinds_of(schema) for field, schema in schemas[name].get("properties", {}).items()}
        values = {} if fields else {"kinds": kinds_of(schemas[name])}
        required = sorted(schemas[name].get("required", ()))
        yield name, {"used": sorted(used[name]), "required": required, "fields": fields, **values}


def _note_use(part: Any, use: str, schemas: Part, used: dict[str, set[str]]) -> None:
    if isinstance(part, dict):
        name = str(part.get("$ref", "")).rpartition("/")[2]
        if name in schemas and use not in used.setdefault(name, set()):
            used[name].add(use)
            _note_use(schemas[name], use, schemas, used)
        for inner in part.values():
            _note_use(inner, use, schemas, used)
    elif isinstance(part, list):
        for inner in part:
            _note_use(inner, use, schemas, used)


def broken(before: Part, now: Part) -> Iterator[str]:
    """A sentence for each promise that is no longer kept."""
    comparison = _Comparison(before, now)
    yield from comparison.operations()
    yield from comparison.schemas()


class _Comparison:
    """A comparison of two versions, which follows schemas that have another name now."""

    def __init__(self, before: Part, now: Part):
        self._before, self._now = before, now
        self._pairs = [
            (name, name, use)
            for name, schema in before["schemas"].items()
            for use in schema["used"]
            if use in now["schemas"].get(name, {}).get("used", ())
        ]

    def operations(self) -> Iterator[str]:
        for name, operation in self._before["operations"].items():
            if name not in self._now["operations"]:
                yield f"{name} is gone"
            else:
                yield from self._operation(name, operation, self._now["operations"][name])

    def schemas(self) -> Iterator[str]:
        # The list grows while its schemas are compared.
        for name, name_now, use in self._pairs:
            if name != name_now:
                yield f"{name} is now {name_now}"
            yield from self._schema(name, self._before["schemas"][name], self._now["schemas"][name_now], use)

    def _operation(self, name: str, before: Part, now: Part) -> Iterator[str]:
        for parameter, was in before["parameters"].items():
            if parameter not in now["parameters"]:
                yield f"{name} no longer has {parameter}"
            else:
                yield from self._narrowed(f"{name} {parameter}", was["kinds"], now["parameters"][parameter]["kinds"])
        for parameter, is_now in now["parameters"].items():
            if is_now["required"] and not before["parameters"].get(parameter, {}).get("required", False):
                yield f"{name} now requires {parameter}"
        for media, kinds in before["body"].items():
            if media not in now["body"]:
                yield f"{name} no longer takes {media}"
            else:
                yield from self._narrowed(f"the body of {name}", kinds, now["body"][media])
        yield from self._answers(name, before["answers"], now["answers"])

    def _answers(self, name: str, before: Part, now: Part) -> Iterator[str]:
        for status, answer in before.items():
            if status not in now:
                yield f"{name} no longer answers {status}"
                continue
            for media, kinds in answer.items():
                if media not in now[status]:
                    yield f"{name} no longer answers {status} as {media}"
                else:
                    yield from self._widened(f"the answer {status} of {name}", kinds, now[status][media])

    def _schema(self, name: str, before: Part, now: Part, use: str) -> Iterator[str]:
        compare = self._narrowed if use == _BODY else self._widened
        for field, kinds in before["fields"].items():
            if field not in now["fields"]:
                yield f"{name} no longer has {field}"
                continue
            yield from compare(f"{name}.{field}", kinds, now["fields"][field])
            if use == _ANSWER and field in before["required"] and field not in now["required"]:
                yield f"{name}.{field} may now be missing"
        if use == _BODY:
            yield from (f"{name} now requires {field}" for field in now["required"] if field not in before["required"])

    def _narrowed(self, what: str, before: list[str], now: list[str]) -> Iterator[str]:
        """What may no longer be sent."""
        gone, new = _difference(before, now)
        if not self._is_renamed(gone, new, _BODY):
            for kind in gone:
                if "any" not in now and not (_is_text(kind) and "string" in now):
                    yield f"{what} no longer takes {kind}"

    def _widened(self, what: str, before: list[str], now: list[str]) -> Iterator[str]:
        """What may now be answered that could not be answered before, except new values of an enumeration."""
        texts = "string" in before or any(_is_text(kind) for kind in before)
        gone, new = _difference(before, now)
        if not self._is_renamed(gone, new, _ANSWER):
            for kind in new:
                if "any" not in before and not (_is_text(kind) and texts):
                    yield f"{what} may now be {kind}"

    def _is_renamed(self, gone: list[str], new: list[str], use: str) -> bool:
        """Whether one schema has taken the place of another, which is then compared with it."""
        if len(gone) != 1 or len(new) != 1:
            return False
        (of, _, name), (of_now, _, name_now) = gone[0].rpartition(" of "), new[0].rpartition(" of ")
        if of != of_now or name not in self._before["schemas"] or name_now not in self._now["schemas"]:
            return False
        if (name, name_now, use) not in self._pairs:
            self._pairs.append((name, name_now, use))
        return True


def _difference(before: list[str], now: list[str]) -> tuple[list[str], list[str]]:
    """The kinds that are gone, and those that are new."""
    return [kind for kind in before if kind not in now], [kind for kind in now if kind not in before]


def _is_text(kind: str) -> bool:
    return kind.rpartition(" of ")[2].startswith('"')


def read_released(service: str) -> Part:
    """What the last release promised."""
    promised: Part = json.loads((RELEASED / f"{service}.json").read_text())
    return promised


def released_text(document: Mapping[str, Any]) -> str:
    """The promises of a document as they are kept: one line for each operation and schema."""
    promised = promises_of(document)
    rooms = []
    for room, named in promised.items():
        lines = ",\n".join(
            f"  {json.dumps(name)}: {json.dumps(one, ensure_ascii=False)}" for name, one in named.items()
        )
        rooms.append(f' "{room}": {{\n{lines}\n }}')
    return "{\n" + ",\n".join(rooms) + "\n}\n"


def write(service: str, document: Mapping[str, Any]) -> Path:
    """Keeps what a document promises, at a release."""
    place = RELEASED / f"{service}.json"
    place.parent.mkdir(exist_ok=True)
    place.write_text(released_text(document))
    return place
