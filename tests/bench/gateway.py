"""Measures the gateway beside others that do the same: verify a token, check a permission, say who calls, pass 1.2 KB back.

Whatever is measured has one processor for itself; the load and the service behind it have the other.
"""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median

import httpx
import psutil
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pyreqwest.client import Client, ClientBuilder

from deploy.local.process import LocalError, free_port, start
from gateway.admission import Admission
from gateway.auth import Identities, Keys, Tokens
from gateway.cookies import Shown
from gateway.denials import Denials
from gateway.permissions import Permissions
from gateway.routes import compile_routes, load_documents
from gateway.upstream import PyreqwestUpstream
from tests.bench.figures import Comparison, Demand, Figure, Tell, percentile
from tests.gateway.conftest import sign
from tests.gateway.nginx import NGINX, ratebook_conf
from tests.gateway.player import Player
from tests.gateway.servers import serving

HERE = Path(__file__).parent / "gateways"
PATH = "/api/v1/rating/branches"
CALLERS, CONNECTIONS = 512, 48
SEED, CHECK_KEY = "11" * 32, "k" * 32
RATE_PER_SECOND = 500
_DECISIONS = 100_000
_ANSWER = json.dumps({"items": ["x" * 1_180]})
_DAY_SECONDS = 86_400
_OURS, _NAIVE, _FAST, _FASTIFY = (
    "Ratebook's gateway",
    "FastAPI + shared httpx (naive)",
    "Node: fast-gateway",
    "Node: @fastify/http-proxy",
)
_CHECKED, _PLAIN = "nginx + Ratebook's check, kept 5 s", "nginx, no check at all"


@dataclass(frozen=True)
class Place:
    """Where a run lives: its directory, the processors of what is measured and of the rest, security and the service."""

    directory: Path
    measured_on: int
    rest_on: int
    player: Player
    security: str
    service_port: int

    @property
    def service(self) -> str:
        return f"http://127.0.0.1:{self.service_port}"


def run(tell: Tell, *, seconds: int, rounds: int) -> list[Comparison]:
    """`rounds` times `seconds` for each design, turn by turn, so that a noisy neighbour meets all of them."""
    with place() as where, ExitStack() as stack:
        tell("starting the gateways to compare")
        tokens = [
            sign(where.player.key, sub=str(number), exp=int(time.time()) + _DAY_SECONDS) for number in range(CALLERS)
        ]
        (where.directory / "tokens").write_text("\n".join(tokens))
        ports = {name: stack.enter_context(design(where)) for name, design in DESIGNS.items()}
        measured: dict[str, list[Load]] = {name: [] for name in ports}
        for number in range(rounds):
            for name, port in ports.items():
                tell(f"{name}, round {number + 1} of {rounds}")
                measured[name].append(load(where, port, seconds))
        tell(f"{RATE_PER_SECOND} requests a second, through the gateway and directly")
        paced = asyncio.run(pace(where, ports[_OURS], tokens, seconds))
        decision = asyncio.run(time_of_a_decision(where, tokens))
    return [_throughput(measured, seconds, rounds), _latency(paced, decision)]


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
                f"The gateway's benchmark needs {program}: on Debian and Ubuntu `apt-get install {_PACKAGES[program]}`."
            )
    processors = sorted(os.sched_getaffinity(0))
    if len(processors) < 2:
        raise LocalError("The gateway's benchmark needs two processors: one for the gateway, one for the load.")
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
    """A process on one processor, once it answers on `port`."""
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
                    raise LocalError(f"{name} does not start:\n{child.last_words()}") from None
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
    """The gateway as delivered, but for limits that hold a single machine's load back, and the log of each request."""
    port = free_port()
    command = [
        sys.executable, "-m", "uvicorn", "--factory", "gateway.main:create_app", "--port", str(port), "--http", "httptools", "--loop", "uvloop",
        "--no-proxy-headers", "--no-server-header", "--no-access-log", "--log-level", "warning",
    ]  # fmt: skip
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
    """nginx carries, the gateway decides, both on one processor."""
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


Design = Callable[[Place], "contextmanager[int]"]
DESIGNS = {
    _OURS: ours, _FAST: node("fast-gateway.js"), _FASTIFY: node("fastify.js"), _NAIVE: naive, _CHECKED: checked, _PLAIN: plain,
}  # fmt: skip

# --- The load --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Load:
    """Requests a second of processor time, and by the clock; the 99th percentile of their milliseconds."""

    per_processor_second: float
    per_second: float
    p99_ms: float


_IN_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


def load(where: Place, port: int, seconds: int) -> Load:
    """wrk with as many connections and tokens as stand above; raises when an answer is no success."""
    command = [
        "taskset",
        "-c",
        str(where.rest_on),
        "wrk",
        "-t1",
        f"-c{CONNECTIONS}",
        f"-d{seconds}s",
        "--latency",
        "-s",
        str(HERE / "tokens.lua"),
    ]
    before = processor_seconds(where)
    done = subprocess.run(
        [*command, f"http://127.0.0.1:{port}{PATH}"],
        env={**os.environ, "BENCH_TOKENS": str(where.directory / "tokens")},
        capture_output=True,
        text=True,
        check=True,
    )
    if "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise LocalError(f"not every answer was a success:\n{done.stdout}")
    used = processor_seconds(where) - before
    count = re.search(r"(\d+) requests in", done.stdout)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    slow = re.search(r"99%\s+([\d.]+)(us|ms|s)", done.stdout)
    assert rate is not None, done.stdout
    assert count is not None, done.stdout
    assert slow is not None, done.stdout
    return Load(int(count[1]) / used, float(rate[1]), float(slow[1]) * _IN_MS[slow[2]])


def processor_seconds(where: Place) -> float:
    """What everything that is measured has used so far; only what is under load uses any."""
    times = [one.cpu_times() for one in psutil.Process().children() if one.cpu_affinity() == [where.measured_on]]
    return sum(one.user + one.system for one in times)


async def pace(where: Place, port: int, tokens: list[str], seconds: int) -> dict[str, list[float]]:
    """Milliseconds of each request at a steady rate, begun whether those before are answered or not, turn by turn."""
    found: dict[str, list[float]] = {"directly": [], "through the gateway": []}
    targets = {"directly": f"{where.service}/v1/branches", "through the gateway": f"http://127.0.0.1:{port}{PATH}"}
    # A caller lets go of an idle connection before a server does (uvicorn after 5 s).
    async with ClientBuilder().no_proxy().pool_idle_timeout(timedelta(seconds=2)).build() as client:
        for _ in range(4):
            for name, url in targets.items():
                found[name] += await _turn(client, url, tokens, seconds)
    return found


async def _turn(client: Client, url: str, tokens: list[str], seconds: int) -> list[float]:
    taken: list[float] = []

    async def ask(token: str) -> None:
        began = time.perf_counter()
        answer = await client.get(url).header("authorization", f"Bearer {token}").build().send()
        assert answer.status == 200, await answer.text()
        taken.append((time.perf_counter() - began) * 1000)

    clock = asyncio.get_running_loop()
    begun_at = clock.time()
    async with asyncio.TaskGroup() as asking:
        for number in range(RATE_PER_SECOND * seconds):
            await asyncio.sleep(max(begun_at + number / RATE_PER_SECOND - clock.time(), 0))
            asking.create_task(ask(tokens[number % len(tokens)]))
    # The first ones open connections and have their tokens checked.
    return taken[RATE_PER_SECOND // 2 :]


async def time_of_a_decision(where: Place, tokens: list[str]) -> float:
    """Microseconds from a request's target and token to its identity, in this process, tokens known already."""
    upstream = PyreqwestUpstream(connect_seconds=2, inactivity_seconds=5, upload_seconds=5)
    identities = Identities(Ed25519PrivateKey.generate())
    keys, permissions = Keys(upstream, where.security), Permissions(upstream, where.security, identities)
    await asyncio.gather(keys.refresh(), permissions.refresh())
    denials = Denials(upstream, where.security, identities)
    admission = Admission(compile_routes(load_documents()), Tokens(keys, 10_000), identities, permissions, denials)
    known = [f"Bearer {token}".encode() for token in tokens]
    path, times = PATH.encode(), []
    for _ in range(5):
        began = time.perf_counter()
        for number in range(_DECISIONS // 5):
            route, inside = admission.find("GET", path, b"")
            await admission.admit(route, inside, Shown(known[number % CALLERS]), "127.0.0.1")
        times.append((time.perf_counter() - began) / (_DECISIONS // 5) * 1e6)
    await upstream.close()
    # The first round checks the tokens.
    return median(times[1:])


# --- What is said of it ----------------------------------------------------------------------------------------------


def _throughput(measured: dict[str, list[Load]], seconds: int, rounds: int) -> Comparison:
    rates = {name: median(one.per_processor_second for one in loads) for name, loads in measured.items()}
    clock = {name: median(one.per_second for one in loads) for name, loads in measured.items()}
    slow = {name: median(one.p99_ms for one in loads) for name, loads in measured.items()}
    better = max(rates[_FAST], rates[_FASTIFY])
    return Comparison(
        "gateway",
        "Gateway",
        f"The same work on one processor: verify an Ed25519 token, check a permission, set the identity, pass an answer of 1.2 KB back. "
        f"Load by wrk over {CONNECTIONS} connections with {CALLERS} tokens in rotation, {rounds} rounds of {seconds} s turn by turn, medians; "
        f"behind each name stands what the clock says, and the 99th percentile. The processor's time is compared, not the clock's, which neighbours "
        f"on the machine share. The service and the load have the other processor. The naive gateway is a FastAPI route with one shared httpx "
        f"client; the Node gateways keep verified tokens, as ours does.",
        "requests per second of processor time",
        [Figure(f"{name} ({clock[name]:,.0f}/s, {slow[name]:.0f} ms)", rate) for name, rate in rates.items()],
        [
            Demand("times the naive gateway", rates[_OURS] / rates[_NAIVE], 20, "at least"),
            Demand("of the better Node gateway", rates[_OURS] / better, 1, "at least"),
            Demand("of plain nginx, by nginx with Ratebook's check", rates[_CHECKED] / rates[_PLAIN], 0.5, "at least"),
        ],
    )


def _latency(paced: dict[str, list[float]], decision: float) -> Comparison:
    p99 = {name: percentile(times, 0.99) for name, times in paced.items()}
    return Comparison(
        "gateway-latency",
        "Gateway, what it adds",
        f"{RATE_PER_SECOND} requests a second, begun at their moment whether those before are answered or not, in turns: directly to the service, "
        f"and through the gateway. A decision is everything between a request's target and token and the signed identity.",
        "ms",
        [
            Figure(f"{words}, {name}", percentile(times, share))
            for name, times in reversed(paced.items())
            for words, share in (("half of them", 0.5), ("99 of 100", 0.99))
        ],
        [
            Demand(
                "ms that the gateway adds to the 99th percentile",
                p99["through the gateway"] - p99["directly"],
                5,
                "at most",
            ),
            Demand("µs for a decision", decision, 20, "at most"),
        ],
    )
