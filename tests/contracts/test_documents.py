"""Documents, migrations, permissions, locks and sample files agree with the code."""

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from deploy.documents.made import documents
from deploy.sample.generate import files as sample_files
from gateway.routes import load_documents
from shared.contracts.event import STREAM
from shared.contracts.subscriptions import EVENTS, SUBSCRIPTIONS
from shared.process.version import VERSION
from tests.fixtures.exchange import consumers_of

ROOT = Path(__file__).parents[2]


def tracked(*patterns: str) -> list[Path]:
    """The files of the repository, or all files on disk without git."""
    listed = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        return [ROOT / name for name in listed.stdout.splitlines()]
    return [path for pattern in patterns for path in ROOT.rglob(pattern) if ".venv" not in path.parts]


def test_the_generated_documents_are_up_to_date() -> None:
    stale = [
        str(path.relative_to(ROOT))
        for path, content in documents().items()
        if not path.exists() or path.read_text() != content
    ]
    assert stale == [], "run `make documents` and commit the changes"


def test_the_generated_sample_files_are_up_to_date() -> None:
    assert [path.name for path, content in sample_files().items() if path.read_text() != content] == []


def test_every_import_has_a_check_that_imports_nothing() -> None:
    """`ratebook import --check` relies on it for every import."""
    imports = [
        (template, operations["post"])
        for document in load_documents().values()
        for template, operations in document["paths"].items()
        if template.endswith("/import")
    ]
    assert len(imports) > 25
    assert [
        template
        for template, post in imports
        if "check" not in [parameter["name"] for parameter in post.get("parameters", ())]
    ] == []


def versions_in(lock: Path) -> dict[str, str]:
    """The version of each package of a lock file."""
    return dict(re.findall(r"^(\S+)==(\S+)", lock.read_text(), re.MULTILINE))


@pytest.mark.parametrize("service", ["rating", "receivables"])
def test_a_service_has_exactly_the_consumers_of_its_subscriptions(service: str) -> None:
    assert set(consumers_of(service)) == {event.event_name() for event in SUBSCRIPTIONS[service]}


def test_the_broker_grants_each_service_its_own_subjects_and_consumers_and_no_others() -> None:
    text = (ROOT / "deploy" / "nats" / "ratebook.conf").read_text()
    users = {found.group(1): found.group(0) for found in re.finditer(r"user: (\w+)\n.*?\n {6}\}", text, re.DOTALL)}
    for service in ("rating", "receivables", "security"):
        durables = {event.durable(service) for event in SUBSCRIPTIONS.get(service, ())}
        reached = {
            f"ratebook.v1.{service}.>",
            f"ratebook.relay.v1.{service}",
            f"$JS.API.DIRECT.GET.{STREAM}.ratebook.v1.{service}.>",
            f"$JS.API.DIRECT.GET.{STREAM}.ratebook.relay.v1.{service}",
            *(f"$JS.API.CONSUMER.MSG.NEXT.{STREAM}.{durable}" for durable in durables),
            *(f"$JS.ACK.{STREAM}.{durable}.>" for durable in durables),
        }
        assert set(re.findall(r'"([^"]+)"', users[service])) == {*reached, f"_INBOX_{service}.>"}
        # What the account of the stream exports to the service's account, and what that imports, is the same.
        account = service.upper()
        exported = re.findall(rf'\{{ service: "([^"]+)", accounts: \[ {account} \]', text)
        imports = re.search(rf"^  {account} \{{.*?imports: \[(.*?)^    \]", text, re.DOTALL | re.MULTILINE)
        assert imports is not None
        imported = re.findall(r'account: RATEBOOK, subject: "([^"]+)"', imports.group(1))
        assert (set(exported), set(imported)) == (reached, reached)


def test_every_event_has_one_name_in_four_spellings() -> None:
    for event in EVENTS:
        name = event.event_name()
        assert event.__module__ == f"shared.contracts.{name.replace('-', '_')}"
        assert event.subject() == f"ratebook.v1.{event.service}.{name}"
    read = {(service, event) for service, events in SUBSCRIPTIONS.items() for event in events}
    for service, event in read:
        assert (ROOT / "services" / service / "consumers" / f"{event.event_name().replace('-', '_')}.py").exists()


def test_the_locks_contain_no_addresses() -> None:
    for lock in tracked("locks/*.txt"):
        assert not re.search(r"https?://|--(extra-)?index-url|--find-links|file:", lock.read_text()), lock.name
    packages = json.loads((ROOT / "gateway" / "console" / "package-lock.json").read_text())["packages"]
    # The first is the console itself.
    assert [name for name, one in packages.items() if "resolved" in one or (name and "integrity" not in one)] == []


def test_a_deployables_lock_has_the_same_versions_as_the_whole() -> None:
    """Some locks are installed on demand and have packages of their own; what they share is the same."""
    on_demand = {"browser.txt", "console.txt", "ldap.txt", "mutants.txt"}
    whole = versions_in(ROOT / "locks" / "all.txt")
    for lock in tracked("locks/*.txt"):
        own = versions_in(lock)
        if lock.name in on_demand:
            own = {name: version for name, version in own.items() if name in whole}
        assert own.items() <= whole.items(), lock.name


def test_only_the_edge_commits() -> None:
    """A commit anywhere else would publish half a request, or an event without its cause."""
    code = tracked("services/*.py", "gateway/*.py", "shared/*.py")
    assert [path.name for path in code if ".commit(" in path.read_text()] == []


def test_money_is_never_a_float() -> None:
    """`float` is used only for seconds."""
    code = tracked("services/*.py", "shared/contracts/*.py", "deploy/local/*.py")
    assert [path.name for path in code if re.search(r"\bfloat\(", path.read_text())] == []


def test_every_file_named_in_the_docs_exists() -> None:
    """A file may be named from the root, from the package of a service, or by its name among the tests."""
    places = [ROOT, *(ROOT / "services" / name for name in ("rating", "receivables", "security")), ROOT / "shared"]
    tests = {path.name for path in tracked("tests/*.py")}
    missing = [
        (page.name, name)
        for page in tracked("README.md", "docs/*.md", "docs/*.svg")
        for name in re.findall(r"[\w./]*\w\.(?:py|sql|conf|typ|yaml)\b", page.read_text())
        if not any((place / name).exists() for place in (*places, page.parent)) and name not in tests
    ]
    assert missing == []


def test_the_version_is_the_same_everywhere() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == VERSION
    assert {document["info"]["version"] for document in load_documents().values()} == {VERSION}
    assert f"\n## {VERSION}\n" in (ROOT / "CHANGELOG.md").read_text()
