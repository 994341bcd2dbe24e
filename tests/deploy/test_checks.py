"""The house checks find violations and say what to do about them."""

from pathlib import Path

import pytest

from deploy.checks import namesakes, states


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


def test_a_reason_that_is_no_longer_needed_is_reported(house: Path) -> None:
    assert {sentence for sentence in namesakes.find(house) if "Remove it" in sentence}
    assert {sentence for sentence in states.find(house) if "Remove it" in sentence}
