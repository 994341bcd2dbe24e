"""Owns PDF: typst templates filled with data, rendered in processes of their own."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path

import anyio.to_process

# Templates of every service take what they have in common from /shared/files/templates.
_ROOT = str(Path(__file__).parents[2])


def compile_template(template: str, data: str, at: float) -> bytes:
    """Renders one template; runs in a worker process. `at` is the document's time in seconds since 1970."""
    import typst

    return typst.compile(
        template, root=_ROOT, sys_inputs={"data": data}, format="pdf", timestamp=int(at), pdf_standards=["a-2a"]
    )


def can_compile(template: str, data: str, at: float) -> bool:
    """Whether the template makes a PDF of the data; runs in a worker process."""
    import typst

    try:
        compile_template(template, data, at)
    except typst.TypstError:
        return False
    return True


async def can_render(template: Path, data: Mapping[str, object], at: datetime) -> bool:
    """Whether `render_pdf` would succeed: for data that came from outside, like a picture, before it is kept."""
    return await anyio.to_process.run_sync(
        partial(can_compile, str(template), json.dumps(data, default=str), at.timestamp()), cancellable=True
    )


async def render_pdf(template: Path, data: Mapping[str, object], at: datetime) -> bytes:
    """The PDF that `template` makes of `data`, which it reads as JSON: users' text is never markup.

    The same data and time give the same bytes. A worker process keeps the requests of others going.
    """
    return await anyio.to_process.run_sync(
        partial(compile_template, str(template), json.dumps(data, default=str), at.timestamp()), cancellable=True
    )
