"""A TypeScript client made from the document knows every operation, finds mistakes, and does a clerk's day."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from deploy.console import CONSOLE, node, write_types
from deploy.local.suite import Suite
from gateway.documents import suite_document
from gateway.routes import load_documents

pytestmark = pytest.mark.console

HERE = Path(__file__).parent
CLERKS = {"OLGA": r"ALAMO\olga", "BILL": r"ALAMO\bill", "RITA": r"ALAMO\rita"}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the programs of this folder, the types, and the tools of the console."""
    folder = tmp_path_factory.mktemp("project")
    for program in (*HERE.glob("*.ts"), CONSOLE / "src" / "api" / "client.ts"):
        (folder / program.name).write_text(program.read_text())
    (folder / "node_modules").symlink_to(CONSOLE / "node_modules")
    write_types(folder / "schema.d.ts")
    return folder


def faults_in(project: Path, program: str) -> list[tuple[int, str]]:
    """The line and the words of each mistake that the compiler finds."""
    options = {"typeRoots": ["./node_modules/@types"], "types": ["node"]}
    configuration = {"extends": str(CONSOLE / "tsconfig.json"), "compilerOptions": options, "files": [program]}
    (project / "tsconfig.json").write_text(json.dumps(configuration))
    compiler = project / "node_modules" / "typescript" / "bin" / "tsc"
    done = subprocess.run([node(), str(compiler)], cwd=project, capture_output=True, text=True, check=False)
    found = re.findall(r"^(\S+)\((\d+),\d+\): error (.*)", done.stdout, re.MULTILINE)
    assert {name for name, _, _ in found} <= {program}, done.stdout
    assert bool(found) == bool(done.returncode), done.stdout + done.stderr
    return [(int(line), words) for _, line, words in found]


def operations() -> set[str]:
    paths = suite_document(load_documents())["paths"]
    return {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}


def test_every_operation_has_its_types(project: Path) -> None:
    types = (project / "schema.d.ts").read_text()
    described = types.partition("export interface paths {")[2].partition("\n}")[0]
    found = set()
    for path, methods in re.findall(r'^    "(.+?)": \{\n(.*?)^    \};', described, re.MULTILINE | re.DOTALL):
        found |= {
            f"{method.upper()} {path}" for method in re.findall(r'^        (\w+): operations\["', methods, re.MULTILINE)
        }
    assert found == operations()
    assert len(found) > 290


def test_every_mistake_is_found_where_it_is(project: Path) -> None:
    wrong = (HERE / "wrong_day.ts").read_text().splitlines()
    expected = [number for number, line in enumerate(wrong, start=1) if "clerk." in line]
    assert len(expected) > 10
    assert [line for line, _ in faults_in(project, "wrong_day.ts")] == expected


def test_a_clerks_day_is_right_and_runs(project: Path, suite: Suite) -> None:
    assert faults_in(project, "clerks_day.ts") == []
    passwords = {name: suite.home.secrets.password_of(user) for name, user in CLERKS.items()}
    environment = {"PATH": os.environ["PATH"], "GATEWAY": suite.gateway_url, **passwords}
    command = [node(), "clerks_day.ts"]
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    called = json.loads(done.stdout.splitlines()[-1])
    assert set(called) <= operations()
    assert len(called) >= 20
