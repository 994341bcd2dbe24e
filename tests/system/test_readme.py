"""The examples in the README work, and the links of all pages."""

import asyncio
import csv
import os
import re
import subprocess
import sys
from pathlib import Path

from deploy.local.suite import Suite
from tests.system.conftest import Story

README = (Path(__file__).parents[2] / "README.md").read_text()


def block(language: str, containing: str) -> str:
    """The code block of the README that contains the text."""
    blocks: list[str] = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    (found,) = [text for text in blocks if containing in text]
    return found


def test_the_first_lines_are_the_two_commands() -> None:
    assert [line.split("#")[0].strip() for line in block("sh", "make demo").splitlines()] == ["make demo", "make test"]
    assert README.index("make demo") < 200


def test_the_curl_example_works(suite: Suite, story: Story, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "GATEWAY": suite.gateway_url,
        "PASSWORD": suite.home.secrets.password_of(r"ALAMO\bill"),
    }
    said = subprocess.run(
        ["sh", "-euc", block("sh", "curl")], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert '"items":[' in said.stdout
    with (tmp_path / "ready.csv").open(encoding="utf-8-sig", newline="") as file:
        assert csv.DictReader(file).fieldnames is not None


async def test_the_listener_example_receives_every_invoice(suite: Suite, story: Story, tmp_path: Path) -> None:
    assert suite.nats is not None
    invoices = story[0]["invoices"]
    assert isinstance(invoices, int)
    script = tmp_path / "listener.py"
    script.write_text(block("python", "invoice-exported"))
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


def test_every_linked_page_exists() -> None:
    root = Path(__file__).parents[2]
    for page in [root / "README.md", *(root / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} links {target}"
