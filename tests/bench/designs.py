"""The gateways to compare, each in its own process on one processor: ours, a naive one, two of Node, and nginx."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
from cryptography.hazmat.primitives import serialization

from deploy.local.process import LocalError, free_port, start
from tests.gateway.nginx import NGINX, ratebook_conf
from tests.gateway.player import Player
from tests.gateway.servers import serving

HERE = Path(__file__).parent / "gateways"
PATH = "/api/v1/rating/branches"
CALLERS = 512
SEED, CHECK_KEY = "11" * 32, "k" * 32
_ANSWER = json.dumps({"items": ["x" * 1_180]})
OURS, NAIVE, FAST, FASTIFY = (
    "Ratebook's gateway",
    "FastAPI + shared httpx (naive)",
    "Node: fast-gateway",
    "Node: @fastify/http-proxy",
)
CHECKED, PLAIN = "nginx + Ratebook's check, cached 5 s", "nginx without a check"


@dataclass(frozen=True)
class Place:
    """The setting of a run: its directory, the processors for the measured process and the rest, and the services."""

    directory: Path
    measured_on: int
    rest_on: int
    player: Player
    security: str
    service_port: int

    @property
    def service(self) -> str:
        return f"http://127.0.0.1:{self.service_port}"


@contextmanager
def place() -> Iterator[Place]:
    for program, found in (
        ("wrk", shutil.which("wrk")),
        ("nginx", NGINX),
        ("npm", shutil.which("npm")),
        ("taskset", shutil.which("taskset")),
    ):
        if found is None:
            raise LocalError(
                f"The gateway benchmark needs {program}. On Debian and Ubuntu: apt-get install {_PACKAGES[program]}"
            )
    processors = sorted(os.sched_getaffinity(0))
    if len(processors) < 2:
        raise LocalError("The gateway benchmark needs two processors: one for the gateway, one for the load.")
    if not (HERE / "node_modules").is_dir():
        subprocess.run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=HERE, check=True, capture_output=True
        )
    player = Player()
    for number in range(CALLERS):
        player.users[str(number)] = {"name": f"ALAMO\\u{number}", "groups": ["all"]}
    player.groups["all"] = {
        "name": "all",
        "grants": [{"levels": {"rating.rate_tables": "view", "rating.work_orders": "edit"}}],
    }
    with tempfile.TemporaryDirectory(prefix="bench-gateway-") as directory, serving(player) as security:
        where = Place(Path(directory), processors[0], processors[1], player, security.origin, free_port())
        own = psutil.Process()
        before = own.cpu_affinity()
        own.cpu_affinity([where.rest_on])
        server = f"server {{ listen 127.0.0.1:{where.service_port}; default_type application/json; location / {{ return 200 '{_ANSWER}'; }} }}"
        try:
            with nginx(where, "service", server, where.service_port, processor=where.rest_on):
                yield where
        finally:
            own.cpu_affinity(before)


_PACKAGES = {"wrk": "wrk", "nginx": "nginx-light", "npm": "npm", "taskset": "util-linux"}

# --- The designs -----------------------------------------------------------------------------------------------------


@contextmanager
def running(
    where: Place, name: str, port: int, command: list[str], processor: int, **environment: str
) -> Iterator[int]:
    """Runs a process on one processor, and waits until it answers on `port`."""
    log = where.directory / f"{name.replace('/', '-')}.log"
    child = start(
        name,
        ["taskset", "-c", str(processor), *command],
        log,
        environment={**os.environ, **environment},
        folder=Path.cwd(),
    )
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=2)
                break
            except httpx.HTTPError:
                if not child.running or time.monotonic() > deadline:
                    raise LocalError(f"{name} did not start:\n{child.last_words()}") from None
                time.sleep(0.1)
        yield port
    finally:
        child.stop()


@contextmanager
def nginx(where: Place, name: str, server: str, port: int, *, processor: int) -> Iterator[int]:
    assert NGINX is not None
    directory = where.directory / name
    directory.mkdir()
    (directory / "nginx.conf").write_text(
        (HERE / "nginx.conf").read_text().format(place=directory, name=name, server=server)
    )
    command = [NGINX, "-p", str(directory), "-c", str(directory / "nginx.conf")]
    with running(where, f"nginx-{name}", port, command, processor):
        yield port


@contextmanager
def ours(where: Place, **environment: str) -> Iterator[int]:
    """The gateway as delivered, but without limits on a single caller and without a log line for each request."""
    port = free_port()
    command = [sys.executable, "-m", "shared.process.server", "gateway.main", "--port", str(port)]
    settings = {
        "GATEWAY_SIGNING_KEY": SEED,
        "GATEWAY_RATING_URL": where.service,
        "GATEWAY_RECEIVABLES_URL": where.service,
        "GATEWAY_SECURITY_URL": where.security,
        "GATEWAY_REQUESTS_PER_SECOND": "1000000",
        "GATEWAY_BURST": "1000000",
        "NATS_URL": "nats://gateway:none@127.0.0.1:9",
        "LOG_LEVEL": "ERROR",
        **environment,
    }
    with running(where, "ours", port, command, where.measured_on, **settings):
        yield port


@contextmanager
def checked(where: Place) -> Iterator[int]:
    """nginx carries the requests and the gateway decides, both on one processor."""
    port = free_port()
    with ours(where, GATEWAY_CHECK_MANNER="nginx", GATEWAY_CHECK_KEY=CHECK_KEY) as gateway_port:
        text = ratebook_conf(
            where.directory / "checked",
            port=port,
            gateway_port=gateway_port,
            services_port=where.service_port,
            key=CHECK_KEY,
        )
        with nginx(where, "checked", text, port, processor=where.measured_on):
            yield port


@contextmanager
def plain(where: Place) -> Iterator[int]:
    port = free_port()
    server = f"""
        upstream service {{ server 127.0.0.1:{where.service_port}; keepalive 64; }}
        server {{
            listen 127.0.0.1:{port}; proxy_http_version 1.1; proxy_set_header Connection "";
            location /api/v1/rating/ {{ proxy_pass http://service/v1/; }}
        }}
    """
    with nginx(where, "plain", server, port, processor=where.measured_on):
        yield port


def _others(where: Place, port: int) -> dict[str, str]:
    public = where.player.key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    grants = {str(number): {"rating.rate_tables": "view"} for number in range(CALLERS)}
    told = {
        "BENCH_PUBLIC_KEY": public.decode(),
        "BENCH_GRANTS": json.dumps(grants),
        "BENCH_UPSTREAM": where.service,
        "BENCH_PORT": str(port),
    }
    return {**told, "NODE_ENV": "production"}


@contextmanager
def naive(where: Place) -> Iterator[int]:
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "tests.bench.gateways.naive:app", "--port", str(port), "--http", "httptools",
               "--loop", "uvloop", "--no-access-log", "--log-level", "warning"]  # fmt: skip
    with running(where, "naive", port, command, where.measured_on, **_others(where, port)):
        yield port


def node(file: str) -> "Design":
    @contextmanager
    def design(where: Place) -> Iterator[int]:
        port = free_port()
        with running(where, file, port, ["node", str(HERE / file)], where.measured_on, **_others(where, port)):
            yield port

    return design


Design = Callable[[Place], AbstractContextManager[int]]
DESIGNS = {
    OURS: ours, FAST: node("fast-gateway.js"), FASTIFY: node("fastify.js"), NAIVE: naive, CHECKED: checked, PLAIN: plain,
}  # fmt: skip
