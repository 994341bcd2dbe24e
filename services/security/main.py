"""Building the security service from its parts."""

import asyncio

from fastapi import FastAPI

from services.security.actions.directory import Directory
from services.security.actions.features import read_features
from services.security.actions.oidc import Provider
from services.security.api import (
    bindings,
    cookies,
    denials,
    features,
    groups,
    jwks,
    log_in_ways,
    me,
    members,
    oidc,
    passwords,
    permissions,
    preferences,
    service_accounts,
    sessions,
    tokens,
    users,
)
from services.security.jobs.limited_log_ins import limited_job
from services.security.jobs.pruning import PRUNES
from services.security.rules.tokens import token_keys
from services.security.settings import Settings
from services.security.store.sortings import SORTINGS
from shared.service.build import build

ROUTERS = (
    tokens.router,
    passwords.router,
    service_accounts.tokens,
    cookies.router,
    oidc.router,
    jwks.router,
    log_in_ways.router,
    me.router,
    sessions.own,
    preferences.router,
    features.router,
    permissions.router,
    denials.router,
    users.router,
    bindings.router,
    sessions.of_users,
    service_accounts.router,
    groups.router,
    members.of_groups,
    members.router,
)


def create_app(settings: Settings | None = None) -> FastAPI:
    """Builds the application; settings come from the environment unless they are given."""
    settings = settings or Settings()
    app = build(
        "security",
        settings,
        routers=ROUTERS,
        jobs={"counts of limited log-ins": limited_job},
        prunes=PRUNES,
        sortings=SORTINGS,
    )
    app.state.token_keys = token_keys(settings.signing_key.get_secret_value())
    app.state.features = read_features()
    registration = settings.oidc
    app.state.provider = None if registration is None else Provider(registration, settings.oidc_trust())
    app.state.crowd = asyncio.Lock()
    app.state.directory = None if settings.directory is None else Directory(settings.directory)
    return app
