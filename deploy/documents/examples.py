"""Examples of bodies, answers and refusals, taken from what tests asked and were answered.

`make examples` collects them. An example that is kept in shared/contracts/openapi/examples stays as long as it matches its
schema, so that collecting again changes only what has to change. What differs from run to run, and what nobody should
copy, is replaced: ids, times, addresses, passwords, tokens.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from gateway.documents import OWN_REFUSALS

Part: TypeAlias = dict[str, Any]
KEPT = Path(__file__).parents[2] / "shared" / "contracts" / "openapi" / "examples"
JSON_TYPE = "application/json"
ANY, GATEWAY = "any", "gateway"
MOMENT = "2026-11-20T15:04:05Z"
MOST_CHARACTERS = 1_500
MOST_TEXT = 200
MOST_ITEMS = {"errors": 3, "lines": 3, "distributions": 4, "misc_distributions": 2}
"""How many items of a list an example shows, by its name; of others, one."""

_SECRET = re.compile(r".*(password|secret|token|csrf)")
_HIDDEN = "…"
_FILLER = re.compile(r'"(x|y|chance|OURS[^"]*)"')
_PATTERNS = (
    (re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?"), MOMENT),
    (
        re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"),
        "3f2b8c1e-9d4a-4c6b-8f0e-1a2b3c4d5e6f",
    ),
    (re.compile(r"\b[0-9a-f]{64}\b"), "9f86d081884c7d659a2feaa0c55ad015" * 2),
    (re.compile(r"\b[0-9a-f]{32}\b"), "4bf92f3577b34da6a3ce929d0e0e4736"),
    (re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)*"), "accounts@example.com"),
    (re.compile(r"https?://(127\.0\.0\.1|localhost|service)(:\d+)?"), "https://ratebook.example.com"),
    (re.compile(r"\b127\.0\.0\.1\b"), "192.0.2.10"),
    (re.compile(r"\b\d{9,}\b"), "4711"),
)


class Exchange(NamedTuple):
    """What was asked, if it was JSON, and what was answered, as examples show it; `cut` if their sums may not add up."""

    request: Any
    answer: Any
    cut: bool

    @classmethod
    def of(cls, request: Any, answer: Any) -> "Exchange":
        return cls(normal(request), normal(answer), _is_cut(request) or _is_cut(answer))


@dataclass(frozen=True)
class Place:
    """A body of an operation: of the request, or of its answer with a status."""

    operation: str
    status: str
    schema: Part
    content: Part


def normal(value: Any, name: str = "") -> Any:
    """A value as an example shows it: lists have one item, and texts are not long."""
    if isinstance(value, dict):
        return {key: normal(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [normal(inner, name) for inner in value[: MOST_ITEMS.get(name, 1)]]
    if isinstance(value, str):
        return _normal_text(value, name)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 10**9:
        return 4711
    return value


def _normal_text(text: str, name: str) -> str:
    if _SECRET.fullmatch(name) and name != "token_type":
        return _HIDDEN
    if name.endswith("cursor"):
        return "WyIyMDI2LTExLTAyIiwgMTdd"
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return text if len(text) <= MOST_TEXT else f"{text[: MOST_TEXT - 1]}…"


def _is_cut(value: Any, name: str = "items") -> bool:
    """Whether an example leaves out items of lists, other than those of a page."""
    if isinstance(value, dict):
        return any(_is_cut(inner, key) for key, inner in value.items())
    if isinstance(value, list):
        longer = len(value) > MOST_ITEMS.get(name, 1) and name != "items"
        return longer or any(_is_cut(inner) for inner in value[:1])
    return False


def _is_odd(text: str) -> bool:
    """Whether a text has letters that few keyboards have, or the words of tests for what does not matter."""
    return any(letter not in "…−×–" and not letter.isascii() for letter in text) or _FILLER.search(text) is not None


def better(exchange: Exchange) -> tuple[Any, ...]:
    """The order of exchanges, the best example first: plain text, not too long, with much to see, and short."""
    text = json.dumps(exchange[:2], ensure_ascii=False)
    seen = sum(1 for _ in _filled([exchange.answer])) + sum(1 for _ in _filled([exchange.request]))
    long = len(text) > MOST_CHARACTERS
    return (_is_odd(text), long, exchange.cut, 0 if long else -seen, len(text), text)


def plainer(exchange: Exchange) -> tuple[Any, ...]:
    """The order of refusals, the best example first: plain text, with all members, with places, and short."""
    problem = exchange.answer
    text = json.dumps(problem, ensure_ascii=False)
    return (_is_odd(text), -len(problem), not problem["errors"], len(text), text)


def _filled(value: Any) -> Iterator[None]:
    """Once for each value in a body that is not empty."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from _filled(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _filled(inner)
    elif value not in (None, "", False):
        yield None


def places(document: Part) -> Iterator[Place]:
    """Each body and each answer of a document that is JSON. A request has no status."""
    for described in document["paths"].values():
        for operation in described.values():
            name = operation["operationId"]
            asked = operation.get("requestBody", {}).get("content", {}).get(JSON_TYPE)
            if asked is not None:
                yield Place(name, "", asked["schema"], asked)
            for status, answer in operation["responses"].items():
                content = answer.get("content", {}).get(JSON_TYPE)
                if content is not None:
                    yield Place(name, status, content["schema"], content)


class Validity:
    """Whether a value is valid by a schema of a document."""

    def __init__(self, document: Part):
        self._components = document["components"]

    def fault(self, schema: Part, value: Any) -> str | None:
        """Why a value does not match a schema, or None."""
        try:
            Draft202012Validator({**schema, "components": self._components}).validate(value)
        except ValidationError as error:
            return f"{error.json_path}: {error.message}"
        return None


def put_in(document: Part, kept: Mapping[str, Any]) -> Part:
    """The document with the examples that are kept: `operations` by id and status, `refusals` by code."""
    operations, refusals = kept.get("operations", {}), kept.get("refusals", {})
    for place in places(document):
        found = operations.get(place.operation, {})
        if (place.status or "request") in found:
            place.content["example"] = found[place.status or "request"]
    used = set()
    for name, answer in document["components"].get("responses", {}).items():
        codes = [code for code in name.split(".") if code in refusals]
        used.update(codes)
        for content in answer["content"].values():
            content["examples"] = {code: {"$ref": f"#/components/examples/{code}"} for code in codes}
    document["components"]["examples"] = {code: {"value": refusals[code]} for code in sorted(used)}
    return document


def choose(document: Part, collected: Mapping[str, list[Exchange]], kept: Mapping[str, Any]) -> Part:
    """The examples of a service: those that are kept and still valid, and the best that were collected for the rest.

    `collected` has its exchanges by `<operation> <status>` or by code. A request and its answer come from one exchange,
    unless the request is not valid.
    """
    valid = Validity(document)
    operations: dict[str, Part] = {}
    # Requests come last, from the exchange of the answer if they can.
    answered: dict[str, Exchange] = {}
    for place in sorted(places(document), key=lambda place: (place.operation, place.status or "9")):
        name, key = place.operation, place.status or "request"
        old = kept.get("operations", {}).get(name, {})
        if key in old and valid.fault(place.schema, old[key]) is None:
            operations.setdefault(name, {})[key] = old[key]
            continue
        found = [
            one
            for of, several in collected.items()
            if of.startswith(f"{name} {place.status or '2'}")
            for one in several
        ]
        exchanges = sorted(found, key=better)
        if not place.status and name in answered:
            exchanges.insert(0, answered[name])
        for exchange in exchanges:
            value = exchange.answer if place.status else exchange.request
            if (place.status or value is not None) and valid.fault(place.schema, value) is None:
                operations.setdefault(name, {})[key] = value
                answered.setdefault(name, exchange)
                break
    codes = {code for name in document["components"]["responses"] for code in name.split(".")}
    refusals = choose_refusals(codes, collected, kept)
    shown = {name: dict(sorted(operations[name].items(), reverse=True)) for name in sorted(operations)}
    return {"operations": shown, "refusals": refusals}


def choose_refusals(codes: Iterable[str], collected: Mapping[str, list[Exchange]], kept: Mapping[str, Any]) -> Part:
    """An example for each of the codes that is kept or was collected."""
    old = kept.get("refusals", {})
    return {
        code: old.get(code) or min(collected[code], key=plainer).answer
        for code in sorted(codes)
        if code in old or code in collected
    }


def read_collected(folder: Path, service: str) -> dict[str, list[Exchange]]:
    """What tests have collected of a service, by `<operation> <status>` or code.

    A code that no test of the service met is taken from the others, which refuse it in the same words.
    """
    found: dict[str, list[Exchange]] = {}
    of_others: dict[str, list[Exchange]] = {}
    for file in sorted(folder.glob("*.json")):
        for name, exchanges in json.loads(file.read_text()).items():
            of, _, rest = name.partition(" ")
            where = found if of == service else of_others
            if of == service or " " not in rest:
                where.setdefault(rest, []).extend(Exchange(*one) for one in exchanges)
    return of_others | found


def read_kept(service: str) -> Part:
    """The examples of a service that are kept in the repository."""
    place = KEPT / f"{service}.json"
    kept: Part = json.loads(place.read_text()) if place.exists() else {}
    return kept


def write_chosen(service: str, document: Part, folder: Path) -> Path:
    """Chooses the examples of a service from what is kept and what tests have collected, and keeps them."""
    return _keep(service, choose(document, read_collected(folder, service), read_kept(service)))


def write_refusals_of_gateway(folder: Path) -> Path:
    """The same for what the gateway answers itself."""
    codes = {code for answer in OWN_REFUSALS.values() for code in answer["description"].split(", ")}
    chosen = choose_refusals(codes, read_collected(folder, GATEWAY), read_kept(GATEWAY))
    return _keep(GATEWAY, {"refusals": chosen})


def _keep(name: str, chosen: Part) -> Path:
    place = KEPT / f"{name}.json"
    place.parent.mkdir(exist_ok=True)
    place.write_text(json.dumps(chosen, indent=2, ensure_ascii=False) + "\n")
    return place
