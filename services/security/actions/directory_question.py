"""One question to the Windows domain's directory over LDAPS: whether a password belongs to an account.

It runs as its own process (`python -m`), because libldap waits forever for a server that falls silent during the
handshake, whatever its time-out. A process can be killed. The question arrives as JSON on standard input, where nobody
sees the password, and the answer goes to standard output as JSON. Only this module needs bonsai (locks/ldap.txt).
"""

import json
import sys
from typing import Any

import bonsai

from services.security.rules.directory import subject_of

# The password is wrong, or the account is locked, expired or unknown; the answer is the same.
_REFUSED = (bonsai.AuthenticationError, bonsai.PasswordPolicyError, bonsai.NoSuchObjectError, bonsai.errors.InvalidDN)


def ask(question: dict[str, Any]) -> dict[str, str | None]:
    """The answer: `subject` is the account's stable id, or None for a wrong password; `away` says why none is known."""
    try:
        return {"subject": _ask(question)}
    except _REFUSED:
        return {"subject": None}
    except (bonsai.LDAPError, OSError) as error:
        return {"away": repr(error)}


def _ask(question: dict[str, Any]) -> str | None:
    """Asks as the account that logs in, because this service has no account of its own in the directory."""
    account, attribute, seconds = question["account"], question["id_attribute"], question["timeout_seconds"]
    is_dn = "=" in question["bind_name"]
    name = bonsai.escape_attribute_value(account) if is_dn else account
    client = bonsai.LDAPClient(question["url"])
    client.set_cert_policy("demand")
    client.set_ca_cert(question["ca_file"])
    client.set_ignore_referrals(True)
    client.set_raw_attributes([attribute])
    user = question["bind_name"].format(domain=question["domain"], name=name)
    client.set_credentials("SIMPLE", user=user, password=question["password"])
    with client.connect(timeout=seconds) as connection:
        found = connection.search(
            question["base"],
            bonsai.LDAPSearchScope.SUBTREE,
            f"({question['name_attribute']}={bonsai.escape_filter_exp(account)})",
            attrlist=[attribute],
            timeout=seconds,
            sizelimit=2,
        )
    values = found[0].get(attribute, []) if len(found) == 1 else []
    return subject_of(attribute, bytes(values[0])) if len(values) == 1 else None


if __name__ == "__main__":
    json.dump(ask(json.load(sys.stdin)), sys.stdout)
