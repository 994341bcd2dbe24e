"""Commands for signing keys: print a new one, and the steps for replacing one without refusing any caller."""

from argparse import Namespace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from deploy.command.environment import Environment
from deploy.command.output import Output
from deploy.local.process import LocalError
from shared.access.identity import load_private_key, public_jwks

_SEED_DIGITS = 64


def new_key(_: Namespace, output: Output) -> int:
    """Prints a new signing key, and its public half in the form for the services (…_GATEWAY_KEYS)."""
    key = Ed25519PrivateKey.generate()
    private, public = key.private_bytes_raw().hex(), public_jwks([key])
    output.say(private)
    output.say(public)
    output.document({"private": private, "public": public})
    return 0


def rotate(given: Namespace, output: Output) -> int:
    """Prints the three steps for replacing the signing key in the environment; it changes nothing itself."""
    variable = f"{given.whose.upper()}_SIGNING_KEY"
    old = Environment(given.home).variable(variable)
    if len(old) != _SEED_DIGITS:
        raise LocalError(f"{variable} has more than one key. First finish the rotation that is in progress.")
    new = Ed25519PrivateKey.generate().private_bytes_raw().hex()
    steps = _of_security(variable, old, new) if given.whose == "security" else _of_gateway(variable, old, new)
    for number, (words, name, value) in enumerate(steps, 1):
        output.say(f"{number}. {words}")
        output.say(f"{name}={value}")
    output.document([{"do": words, "variable": name, "value": value} for words, name, value in steps])
    return 0


def _of_security(variable: str, old: str, new: str) -> list[tuple[str, str, str]]:
    return [
        ("Publish the new key: restart security with this, and wait one minute.", variable, f"{old},{new}"),
        ("Sign with the new key: restart security with this, and wait five minutes.", variable, f"{new},{old}"),
        ("Retire the old key: restart security with this.", variable, new),
    ]


def _of_gateway(variable: str, old: str, new: str) -> list[tuple[str, str, str]]:
    services = "RATING_, RECEIVABLES_ and SECURITY_GATEWAY_KEYS"
    both, alone = (public_jwks([load_private_key(seed) for seed in seeds]) for seeds in ((old, new), (new,)))
    return [
        (f"Trust both keys: restart the services with this as {services}.", "GATEWAY_KEYS", both),
        ("Sign with the new key: restart the gateways with this, and wait one minute.", variable, new),
        (f"Retire the old key: restart the services with this as {services}.", "GATEWAY_KEYS", alone),
    ]
