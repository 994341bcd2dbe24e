"""Owns PDF: typst templates filled with data, rendered in processes of their own."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path

import anyio.to_process


def compile_template(template: str, data: str, at: float) -> bytes:
    """Renders one template; runs in a worker process. `at` is the document's time in seconds since 1970."""
    import typst

    return typst.compile(template, sys_inputs={"data": data}, format="pdf", timestamp=int(at), pdf_standards=["a-2a"])


async def render_pdf(template: Path, data: Mapping[str, object], at: datetime) -> bytes:
    """The PDF that `template` makes of `data`, which it reads as JSON: users' text is never markup.

    The same data and time give the same bytes. A worker process keeps the requests of others going.
    """
    return await anyio.to_process.run_sync(
        partial(compile_template, str(template), json.dumps(data, default=str), at.timestamp()), cancellable=True
    )
