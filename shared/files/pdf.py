"""PDF: typst templates filled with data and rendered in worker processes."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path

import anyio.to_process

# The services' templates import what they have in common from /shared/files/templates.
_ROOT = str(Path(__file__).parents[2])


def compile_template(template: str, data: str, at: float) -> bytes:
    """Renders one template; runs in a worker process. `at` is the document's time in seconds since 1970."""
    import typst

    return typst.compile(
        template, root=_ROOT, sys_inputs={"data": data}, format="pdf", timestamp=int(at), pdf_standards=["a-2a"]
    )


def can_compile(template: str, data: str, at: float) -> bool:
    """Whether the template can be rendered with the data; runs in a worker process."""
    import typst

    try:
        compile_template(template, data, at)
    except typst.TypstError:
        return False
    return True


async def can_render(template: Path, data: Mapping[str, object], at: datetime) -> bool:
    """Whether `render_pdf` would succeed: checked before data from outside, such as a picture, is stored."""
    return await anyio.to_process.run_sync(
        partial(can_compile, str(template), json.dumps(data, default=str), at.timestamp()), cancellable=True
    )


async def render_pdf(template: Path, data: Mapping[str, object], at: datetime) -> bytes:
    """Renders `template` with `data`, which it reads as JSON, so that users' text is never markup.

    The same data and time give the same bytes. A worker process does it, so that other requests need not wait.
    """
    return await anyio.to_process.run_sync(
        partial(compile_template, str(template), json.dumps(data, default=str), at.timestamp()), cancellable=True
    )
