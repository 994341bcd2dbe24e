"""The house checks find violations and say what to do about them."""

import json
from pathlib import Path

import pytest

from deploy.checks import console, lists, migrations, namesakes, states, wording
from deploy.checks.subject import fault_in


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A service with one noun in every layer."""
    for service in namesakes.SERVICES:
        for layer in ("api", "actions", "schemas", "rules", "records"):
            (tmp_path / "services" / service / layer).mkdir(parents=True)
    home = tmp_path / "services" / "rating"
    for layer in ("api", "actions", "schemas"):
        (home / layer / "quotes.py").write_text("")
    return tmp_path


def of_quotes(sentences: list[str]) -> list[str]:
    return [sentence for sentence in sentences if "quotes" in sentence]


def test_a_noun_with_its_namesakes_is_fine(house: Path) -> None:
    assert of_quotes(list(namesakes.find(house))) == []


@pytest.mark.parametrize(("layer", "places"), [("actions", "actions/"), ("schemas", "schemas/ or rules/ or records/")])
def test_a_noun_without_a_namesake_is_reported_with_what_to_do(house: Path, layer: str, places: str) -> None:
    (house / "services" / "rating" / layer / "quotes.py").unlink()
    (found,) = of_quotes(list(namesakes.find(house)))
    assert found.startswith(f"services/rating/api/quotes.py has no namesake in {places}. Name the module there quotes")


def test_a_package_is_a_namesake(house: Path) -> None:
    home = house / "services" / "rating" / "actions"
    (home / "quotes.py").unlink()
    (home / "quotes").mkdir()
    (home / "quotes" / "__init__.py").write_text("")
    assert of_quotes(list(namesakes.find(house))) == []


@pytest.mark.parametrize(
    ("annotation", "fine"),
    [
        ("str", False),
        ("str | None", False),
        ("Sequence[str]", False),
        ("Literal['open', 'closed']", True),
        ("QuoteStatus | None", True),
    ],
)
def test_a_state_is_never_a_bare_str(house: Path, annotation: str, fine: bool) -> None:
    rules = house / "services" / "rating" / "rules" / "quotes.py"
    rules.write_text(f"class Quote:\n    number: str\n    status: {annotation}\n")
    found = of_quotes(list(states.find(house)))
    assert (found == []) == fine
    assert fine or found[0].startswith(
        "services/rating/rules/quotes.py:3: Quote.status is a bare str. Declare its words"
    )


def test_a_parameter_is_a_state_too(house: Path) -> None:
    rules = house / "services" / "rating" / "rules" / "quotes.py"
    rules.write_text("def after(quote_status: str, name: str) -> None: ...\n")
    (found,) = of_quotes(list(states.find(house)))
    assert "after.quote_status is a bare str" in found


def test_a_reason_that_is_not_needed_any_more_is_named(house: Path) -> None:
    assert {one for one in namesakes.find(house) if "Remove it" in one}
    assert {one for one in states.find(house) if "Remove it" in one}


@pytest.mark.parametrize(
    ("statement", "advice"),
    [
        ("CREATE INDEX work_order_due ON work_order (due_on)", "create the index CONCURRENTLY"),
        (
            "CREATE INDEX CONCURRENTLY work_order_due ON work_order (due_on)",
            "put the statement into an autocommit_block",
        ),
        ("DROP INDEX work_order_open", "drop the index CONCURRENTLY"),
        ("ALTER TABLE work_order ADD CHECK (units > 0)", "add the constraint NOT VALID"),
        ("ALTER TABLE work_order ADD FOREIGN KEY (court) REFERENCES court", "add the key NOT VALID"),
        ("ALTER TABLE work_order ADD COLUMN court text NOT NULL", "give the new column a default"),
        ("ALTER TABLE work_order ALTER COLUMN units TYPE bigint", "add a column of the new type"),
        ("ALTER TABLE work_order RENAME COLUMN units TO quantity", "add a column, fill it"),
        ("ALTER TABLE work_order RENAME TO job", "keep the name"),
    ],
)
def test_a_migration_that_would_hold_up_a_running_suite_is_named_with_what_to_do(statement: str, advice: str) -> None:
    faults = list(migrations.faults_in("0042_courts.py", statement + ";"))
    assert faults
    assert any(advice in fault for fault in faults)
    assert all(fault.startswith(f'0042_courts.py: "{statement};": ') for fault in faults)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE court (code text PRIMARY KEY, name text); CREATE INDEX court_name ON court (name)",
        "COMMIT; CREATE INDEX CONCURRENTLY work_order_due ON work_order (due_on); BEGIN",
        "ALTER TABLE work_order ADD CONSTRAINT some_units CHECK (units > 0) NOT VALID",
        "ALTER TABLE work_order ADD COLUMN court text NOT NULL DEFAULT ''",
        "-- squawk-ignore renaming-table\nALTER TABLE empty_table RENAME TO still_empty",
    ],
)
def test_a_migration_that_holds_up_nobody_is_fine(statement: str) -> None:
    assert list(migrations.faults_in("0042_courts.py", statement + ";")) == []


def test_the_sql_of_a_migration_is_read_as_it_would_run(house: Path) -> None:
    versions = house / "services" / "rating" / "migrations" / "versions"
    versions.mkdir(parents=True)
    body = "CREATE INDEX work_order_due ON work_order (due_on)"
    for number in ("0011", "0012"):
        (versions / f"{number}_due.py").write_text(
            f'from alembic import op\n\n\ndef upgrade() -> None:\n    op.execute("{body}")\n'
        )
    (fault,) = migrations.find(house)
    assert fault.startswith(
        f'services/rating/migrations/versions/0012_due.py: "{body};": create the index CONCURRENTLY'
    )


def test_words_to_avoid_are_named_with_their_place_and_what_to_write() -> None:
    avoid = {"mend": "fix, correct", "he": "they", "is none": "is empty"}
    text = "A mended fence.\nHe wrote: value is None.\nThe list is none; mend it.\n"
    assert list(wording.find_in("page.md", text, avoid)) == [
        'page.md:2: "He": write they (docs/wording.md).',
        'page.md:3: "is none": write is empty (docs/wording.md).',
        'page.md:3: "mend": write fix, correct (docs/wording.md).',
    ]


def test_the_words_to_avoid_are_those_of_the_page() -> None:
    page = "# Wording\n\n## Words to avoid\n\n| avoid | write |\n| --- | --- |\n| mend, mends | fix |\n\n## More\n\n| a | b |\n"
    assert wording.words_to_avoid(page) == {"mend": "fix", "mends": "fix"}


@pytest.mark.parametrize(
    ("subject", "fault"),
    [
        ("rating: lines have an order of their own", None),
        ("Merge branch 'main'", None),
        ("Lines have an order of their own", "Begin the subject with the area that changes"),
        ("rating: " + "x" * 70, "The subject has 78 characters, but at most 72 are allowed."),
    ],
)
def test_the_subject_of_a_commit_says_area_and_change(subject: str, fault: str | None) -> None:
    found = fault_in(subject)
    assert (found is None) == (fault is None)
    assert fault is None or (found or "").startswith(fault)


def test_a_bare_array_is_reported_with_what_to_do(house: Path) -> None:
    documents = house / "shared" / "contracts" / "openapi"
    documents.mkdir(parents=True)
    answers = {
        kind: {"get": {"responses": {"200": {"content": {"application/json": {"schema": {"type": kind}}}}}}}
        for kind in ("array", "object")
    }
    (documents / "rating.json").write_text(json.dumps({"paths": answers}))
    (found,) = lists.find(house)
    assert found.startswith("shared/contracts/openapi/rating.json: GET array answers a bare array. Answer a Page")


def test_folders_of_the_console_know_only_those_below_them(house: Path) -> None:
    source = house / "gateway" / "console" / "src"
    files = {
        "rating/ready/Ready.tsx": 'import { DataTable } from "../../parts/DataTable.tsx";\n',
        "rating/exports/Run.tsx": 'import { Invoices } from "../../receivables/Invoices.tsx";\n<p style={{ color: "red" }} />\n',
        "parts/Page.tsx": 'import { useSession } from "../frame/session.tsx";\n' + "\n" * 300,
        "quotes/Quotes.tsx": "",
    }
    for name, text in files.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(text)
    found = [sentence.removeprefix("gateway/console/src/") for sentence in console.find(house)]
    assert [sentence.partition(" ")[0].rstrip(":") for sentence in found] == [
        *("parts/Page.tsx", "parts/Page.tsx", "quotes/Quotes.tsx", "rating/exports/Run.tsx", "rating/exports/Run.tsx"),
    ]
    assert "parts must not know frame" in found[1]
    assert "rating must not know receivables" in found[3]
    assert "sets a style" in found[4]
