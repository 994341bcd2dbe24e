"""What the README and the page on integrating say works as it is written there."""

import asyncio
import csv
import os
import re
import subprocess
import sys
from pathlib import Path

from deploy.local.suite import Suite
from tests.system.conftest import Story

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
INTEGRATE = (ROOT / "docs" / "integrate.md").read_text()


def block(page: str, language: str, containing: str) -> str:
    """The code block of a page that contains the words."""
    blocks: list[str] = re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)
    (found,) = [one for one in blocks if containing in one]
    return found


def test_the_first_lines_are_the_two_commands() -> None:
    assert [line.split("#")[0].strip() for line in block(README, "sh", "make demo").splitlines()] == [
        "make demo",
        "make test",
    ]
    assert README.index("make demo") < 200


def test_the_curl_example_works(suite: Suite, story: Story, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "GATEWAY": suite.gateway_url,
        "PASSWORD": suite.home.secrets.password_of(r"ALAMO\bill"),
    }
    said = subprocess.run(
        ["sh", "-euc", block(README, "sh", "curl")],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert '"items":[' in said.stdout
    with (tmp_path / "ready.csv").open(encoding="utf-8-sig", newline="") as file:
        assert csv.DictReader(file).fieldnames is not None


async def test_the_listener_example_receives_every_invoice(suite: Suite, story: Story, tmp_path: Path) -> None:
    assert suite.nats is not None
    invoices = story[0]["invoices"]
    assert isinstance(invoices, int)
    script = tmp_path / "listener.py"
    script.write_text(block(INTEGRATE, "python", "invoice-exported"))
    environment = {**os.environ, "NATS_URL": suite.nats.url("listener")}
    listener = await asyncio.create_subprocess_exec(
        sys.executable, str(script), env=environment, stdout=subprocess.PIPE
    )
    try:
        assert listener.stdout is not None
        async with asyncio.timeout(60):
            heard = [(await listener.stdout.readline()).split() for _ in range(invoices)]
    finally:
        listener.kill()
        await listener.wait()
    assert len({number for _, number, _ in heard}) == invoices


def test_every_page_that_a_page_links_is_there() -> None:
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} links {target}"
