"""The console, a web application: its built files, and its page for every address under /console/.

The files are in `gateway/console/dist`, and only where they were built. Each has a name that changes with its content, so a
browser keeps it for good; the page that names them is asked for each time. What was compressed with brotli when it was built
goes to those who take it: it is a sixth smaller than with gzip, which others get.
"""

import os
from mimetypes import guess_type
from os import PathLike, stat_result
from pathlib import Path

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount
from starlette.routing import Route as WebRoute
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from gateway.rules.compression import accepts_brotli

CONSOLE_PATH = "/console"
BUILT = Path(__file__).parent / "console" / "dist"
_MISSING = (
    "The console is not built here. `make up` builds it and starts the suite with it; `make console` only builds it.\n"
)
_SECURE = {
    "content-security-policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
}
_FOR_GOOD = {"cache-control": "public, max-age=31536000, immutable"}
_EACH_TIME = {"cache-control": "no-cache"}


class _Files(StaticFiles):
    """The built files: those under `assets` for good, and the page for every path that is no file."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except HTTPException as error:
            # Those who ask for something else than a page, such as a script of an earlier release, must not get a page instead.
            if error.status_code != 404 or "/assets/" in scope["path"]:
                raise
            page = FileResponse(f"{self.directory}/index.html", headers={**_SECURE, **_EACH_TIME})
            await page(scope, receive, send)

    def file_response(
        self, full_path: str | PathLike[str], stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        compressed = Path(f"{os.fspath(full_path)}.br")
        if accepts_brotli(scope["headers"]) and compressed.is_file():
            kind, _ = guess_type(full_path)
            response: Response = FileResponse(
                compressed, status_code, media_type=kind, headers={"content-encoding": "br", "vary": "accept-encoding"}
            )
        else:
            response = super().file_response(full_path, stat_result, scope, status_code)
        for_good = Path(full_path).parent.name == "assets"
        response.headers.update({**_SECURE, **(_FOR_GOOD if for_good else _EACH_TIME)})
        return response


async def _say_what_is_missing(_: Request) -> Response:
    return PlainTextResponse(_MISSING, status_code=503, headers={**_SECURE, **_EACH_TIME})


def is_built(directory: Path = BUILT) -> bool:
    """Whether there is a console to serve."""
    return (directory / "index.html").is_file()


def install_pages(app: FastAPI, directory: Path = BUILT) -> None:
    """Adds /console/; without built files it says in a sentence how to get them."""

    async def lead_inside(_: Request) -> Response:
        return RedirectResponse(f"{CONSOLE_PATH}/")

    app.router.routes.append(WebRoute(CONSOLE_PATH, lead_inside))
    if is_built(directory):
        files = GZipMiddleware(_Files(directory=directory, html=True), minimum_size=1_000)
        app.router.routes.append(Mount(CONSOLE_PATH, files))
    else:
        app.router.routes.append(WebRoute(f"{CONSOLE_PATH}/{{path:path}}", _say_what_is_missing))
