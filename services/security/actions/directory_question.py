"""Owns one question to the Windows domain's directory over LDAPS: whether a password is an account's.

A process of its own (`python -m`), because libldap waits for a server that is silent in the middle of a handshake for
ever, whatever time-out it is given: a process can be ended. The question comes as JSON on standard input, where nobody
sees the password; the answer goes as JSON to standard output. The only module that needs bonsai (locks/ldap.txt).
"""

import json
import sys
from typing import Any

import bonsai

from services.security.rules.directory import subject_of

# Their passwords are wrong, or they are locked, expired, or nobody: all the same to us.
_REFUSED = (bonsai.AuthenticationError, bonsai.PasswordPolicyError, bonsai.NoSuchObjectError, bonsai.errors.InvalidDN)


def ask(question: dict[str, Any]) -> dict[str, str | None]:
    """`subject` is the account's stable id, None when this is not its password; `away` says why nobody could tell."""
    try:
        return {"subject": _ask(question)}
    except _REFUSED:
        return {"subject": None}
    except (bonsai.LDAPError, OSError) as error:
        return {"away": repr(error)}


def _ask(question: dict[str, Any]) -> str | None:
    """As the account that logs in: this service has no rights of its own at the directory."""
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
