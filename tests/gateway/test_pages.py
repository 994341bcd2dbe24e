"""The console is served with headers that keep others out, and says what is missing where it is not built."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from gateway.pages import install_pages

PAGE = "<!doctype html><title>Ratebook</title>"
SCRIPT = "export const words = 1;\n" * 200


def client(directory: Path) -> httpx.AsyncClient:
    app = FastAPI(openapi_url=None)
    install_pages(app, directory)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway")


@pytest.fixture
async def console(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    built = tmp_path / "dist"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text(PAGE)
    (built / "icon.svg").write_text("<svg/>")
    (built / "assets" / "index-B71DNI6W.js").write_text(SCRIPT)
    (tmp_path / "secret.txt").write_text("secret")
    async with client(built) as made:
        yield made


@pytest.mark.parametrize(
    "path", ["/console/", "/console/ready", "/console/exports/7", "/console/ready?warning=ZERO_TOTAL"]
)
async def test_every_address_of_the_console_is_its_page(console: httpx.AsyncClient, path: str) -> None:
    answer = await console.get(path)
    assert (answer.status_code, answer.text, answer.headers["cache-control"]) == (200, PAGE, "no-cache")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy.partition("style-src")[0]
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_files_are_kept_for_good_and_sent_compressed(console: httpx.AsyncClient) -> None:
    answer = await console.get("/console/assets/index-B71DNI6W.js")
    assert (answer.status_code, answer.text) == (200, SCRIPT)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"].startswith("text/javascript")
    assert (await console.get("/console/icon.svg")).headers["cache-control"] == "no-cache"


async def test_a_file_that_was_compressed_when_it_was_built_goes_to_those_who_take_it(
    console: httpx.AsyncClient, tmp_path: Path
) -> None:
    (tmp_path / "dist" / "assets" / "index-B71DNI6W.js.br").write_bytes(b"small")
    address = "/console/assets/index-B71DNI6W.js"
    answer = await console.get(address, headers={"accept-encoding": "gzip, deflate, br"})
    assert (answer.content, answer.headers["content-encoding"], answer.headers["vary"].lower()) == (
        b"small",
        "br",
        "accept-encoding",
    )
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    for others in ("gzip", "gzip, br;q=0"):
        answer = await console.get(address, headers={"accept-encoding": others})
        assert (answer.text, answer.headers["content-encoding"]) == (SCRIPT, "gzip")


@pytest.mark.parametrize("path", ["/console/assets/../../secret.txt", "/console/assets/%2e%2e/%2e%2e/secret.txt"])
async def test_a_file_that_is_not_there_is_not_the_page(console: httpx.AsyncClient, path: str) -> None:
    answer = await console.get(path)
    assert "secret" not in answer.text
    assert answer.status_code == 404 or answer.text == PAGE


async def test_a_script_of_an_earlier_release_is_not_found(console: httpx.AsyncClient) -> None:
    assert (await console.get("/console/assets/index-OLD.js")).status_code == 404


async def test_the_address_without_its_slash_leads_inside(console: httpx.AsyncClient) -> None:
    answer = await console.get("/console")
    assert (answer.status_code, answer.headers["location"]) == (307, "/console/")


@pytest.mark.parametrize("path", ["/console/", "/console/ready", "/console/assets/index-B71DNI6W.js"])
async def test_without_a_built_console_a_sentence_says_how_to_get_it(tmp_path: Path, path: str) -> None:
    async with client(tmp_path) as bare:
        answer = await bare.get(path)
    assert answer.status_code == 503
    assert "make console" in answer.text
    assert "content-security-policy" in answer.headers
