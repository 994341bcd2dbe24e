"""A naive gateway: a FastAPI route, one shared httpx client, and all work done for each request."""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from fastapi import Depends, FastAPI, Header, HTTPException, Request, Response

_LOADED = load_pem_public_key(os.environ["BENCH_PUBLIC_KEY"].encode())
assert isinstance(_LOADED, Ed25519PublicKey)
KEY: Ed25519PublicKey = _LOADED
GRANTS: dict[str, dict[str, str]] = json.loads(os.environ["BENCH_GRANTS"])
UPSTREAM = os.environ["BENCH_UPSTREAM"]
NEEDED = {("GET", "branches"): ("rating.rate_tables", {"view", "edit", "approve", "admin"})}


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with httpx.AsyncClient(base_url=UPSTREAM, timeout=30) as client:
        app.state.client = client
        yield


app = FastAPI(lifespan=lifespan)


def caller(request: Request, path: str, authorization: Annotated[str, Header()]) -> str:
    try:
        claims = jwt.decode(
            authorization.removeprefix("Bearer "),
            KEY,
            ["EdDSA"],
            audience="ratebook-gateway",
            issuer="ratebook-security",
        )
    except jwt.InvalidTokenError as error:
        raise HTTPException(401) from error
    subject: str = claims["sub"]
    needed = NEEDED.get((request.method, path))
    if needed is None:
        raise HTTPException(404)
    if GRANTS.get(subject, {}).get(needed[0]) not in needed[1]:
        raise HTTPException(403)
    return subject


@app.api_route("/api/v1/rating/{path:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
async def forward(request: Request, path: str, subject: Annotated[str, Depends(caller)]) -> Response:
    headers = {
        name: value for name, value in request.headers.items() if name not in {"authorization", "host", "cookie"}
    }
    answer = await request.app.state.client.request(
        request.method,
        f"/v1/{path}",
        params=request.query_params,
        headers={**headers, "x-identity": subject},
        content=await request.body(),
    )
    return Response(answer.content, answer.status_code, media_type=answer.headers["content-type"])
