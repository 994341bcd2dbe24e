"""What each list can be sorted by, for the OpenAPI document."""

from services.security.store import groups, members, users

SORTINGS = {
    "list_groups": groups.SORTING,
    "list_members": members.SORTING,
    "list_service_accounts": users.SORTING,
    "list_users": users.SORTING,
}
"""By the operation id of the list."""
