"""Comparing the gateway with others that do the same: verify a token, check a permission, set the identity, return 1.2
KB.

The measured process has one processor to itself; the load and the service behind it have the other.
"""

import asyncio
import os
import re
import subprocess
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

import psutil
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pyreqwest.client import Client, ClientBuilder

from deploy.local.process import LocalError
from gateway.admission import Admission
from gateway.auth import Identities, Keys, Tokens
from gateway.connections import Connections
from gateway.cookies import Shown
from gateway.denials import Denials
from gateway.permissions import Permissions
from gateway.routes import compile_routes, load_documents
from tests.bench.designs import CALLERS, CHECKED, DESIGNS, FAST, FASTIFY, HERE, NAIVE, OURS, PATH, PLAIN, Place, place
from tests.bench.figures import Comparison, Demand, Figure, Tell, percentile
from tests.gateway.conftest import sign

CONNECTIONS = 48
RATE_PER_SECOND = 500
_DECISIONS = 100_000
_DAY_SECONDS = 86_400


def run(tell: Tell, *, seconds: int, rounds: int) -> list[Comparison]:
    """Measures each design for `rounds` times `seconds`, in turns, so that other load on the machine affects all."""
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
        paced = asyncio.run(pace(where, ports[OURS], tokens, seconds))
        decision = asyncio.run(time_of_a_decision(where, tokens))
    return [_throughput(measured, seconds, rounds), _latency(paced, decision)]


# --- The load --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Load:
    """Requests per second of processor time and of clock time, and the 99th percentile in milliseconds."""

    per_processor_second: float
    per_second: float
    p99_ms: float


_IN_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


def load(where: Place, port: int, seconds: int) -> Load:
    """Runs wrk with the connections and tokens above; raises LocalError if any answer is not a success."""
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
    """The processor time used so far by all measured processes; only the one under load uses any."""
    times = [child.cpu_times() for child in psutil.Process().children() if child.cpu_affinity() == [where.measured_on]]
    return float(sum(used.user + used.system for used in times))


async def pace(where: Place, port: int, tokens: list[str], seconds: int) -> dict[str, list[float]]:
    """The milliseconds of each request at a steady rate, whatever the earlier answers, alternating between targets."""
    found: dict[str, list[float]] = {"directly": [], "through the gateway": []}
    targets = {"directly": f"{where.service}/v1/branches", "through the gateway": f"http://127.0.0.1:{port}{PATH}"}
    # A caller must close an idle connection before the server does (uvicorn after 5 s).
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
    # The first requests open connections, and their tokens have to be checked.
    return taken[RATE_PER_SECOND // 2 :]


async def time_of_a_decision(where: Place, tokens: list[str]) -> float:
    """The microseconds from a request's target and token to its identity, in this process, with known tokens."""
    upstream = Connections(connect_seconds=2, inactivity_seconds=5)
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
    # The first round is left out, because it checks the tokens.
    return median(times[1:])


# --- The results -----------------------------------------------------------------------------------------------------


def _throughput(measured: dict[str, list[Load]], seconds: int, rounds: int) -> Comparison:
    rates = {name: median(load.per_processor_second for load in loads) for name, loads in measured.items()}
    clock = {name: median(load.per_second for load in loads) for name, loads in measured.items()}
    slow = {name: median(load.p99_ms for load in loads) for name, loads in measured.items()}
    better = max(rates[FAST], rates[FASTIFY])
    return Comparison(
        "gateway",
        "Gateway",
        "The same work on one processor: verify an Ed25519 token, check a permission, set the identity, and return "
        f"an answer of 1.2 KB. The load comes from wrk over {CONNECTIONS} connections with {CALLERS} tokens in "
        f"rotation, in {rounds} rounds of {seconds} s in turns; the figures are medians. Requests per second of clock "
        "time and the 99th percentile are in parentheses. The comparison is by processor time, because other "
        "programs on the machine share the clock time. The service and the load have the other processor. The naive "
        "gateway is a FastAPI route with one shared httpx client. The Node gateways cache verified tokens, as ours "
        "does.",
        "requests per second of processor time",
        [Figure(f"{name} ({clock[name]:,.0f}/s, {slow[name]:.0f} ms)", rate) for name, rate in rates.items()],
        [
            Demand("times the naive gateway", rates[OURS] / rates[NAIVE], 20, "at least"),
            Demand("times the better Node gateway", rates[OURS] / better, 1, "at least"),
            Demand(
                "times plain nginx, for nginx with Ratebook's check", rates[CHECKED] / rates[PLAIN], 0.5, "at least"
            ),
        ],
    )


def _latency(paced: dict[str, list[float]], decision: float) -> Comparison:
    p99 = {name: percentile(times, 0.99) for name, times in paced.items()}
    return Comparison(
        "gateway-latency",
        "Gateway, what it adds",
        f"{RATE_PER_SECOND} requests a second, each sent on time even if earlier ones are not answered, alternating "
        "between the service directly and through the gateway. A decision is everything from a request's target and "
        "token to the signed identity.",
        "ms",
        [
            Figure(f"{words}, {name}", percentile(times, share))
            for name, times in reversed(paced.items())
            for words, share in (("50th percentile", 0.5), ("99th percentile", 0.99))
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
