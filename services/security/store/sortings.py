"""What each list can be sorted by, for the OpenAPI document."""

from services.security.store import bindings, groups, members, preferences, service_accounts, sessions, users

SORTINGS = {
    "list_bindings": bindings.SORTING,
    "list_credentials": service_accounts.SORTING,
    "list_groups": groups.SORTING,
    "list_members": members.SORTING,
    "list_own_preferences": preferences.SORTING,
    "list_own_sessions": sessions.SORTING,
    "list_service_accounts": users.SORTING,
    "list_sessions": sessions.SORTING,
    "list_users": users.SORTING,
}
"""By the operation id of the list."""
