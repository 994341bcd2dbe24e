"""Owns putting the security service together."""

from fastapi import FastAPI

from services.security.actions.directory import Directory
from services.security.actions.features import read_features
from services.security.actions.oidc import Provider
from services.security.api.bindings import bindings
from services.security.api.cookies import cookies
from services.security.api.denials import denials
from services.security.api.features import features
from services.security.api.groups import groups
from services.security.api.jwks import jwks
from services.security.api.me import me
from services.security.api.members import members, memberships
from services.security.api.oidc import oidc
from services.security.api.permission_table import permission_table
from services.security.api.service_accounts import service_accounts, service_tokens
from services.security.api.sessions import own_sessions, sessions
from services.security.api.tokens import tokens
from services.security.api.users import users
from services.security.jobs.limited_log_ins import limited_job
from services.security.jobs.session_deletion import deletion_job
from services.security.rules.tokens import token_keys
from services.security.settings import Settings
from shared import service

ROUTERS = (
    *(tokens, service_tokens, cookies, oidc, jwks, me, own_sessions, features, permission_table, denials),
    *(users, bindings, sessions, service_accounts, groups, members, memberships),
)


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application; settings come from the environment unless they are given."""
    settings = settings or Settings()
    jobs = {"deletion of expired sessions": deletion_job, "counts of limited log-ins": limited_job}
    app = service.build("security", settings, routers=ROUTERS, jobs=jobs)
    app.state.token_keys = token_keys(settings.signing_key.get_secret_value())
    app.state.features = read_features()
    registration = settings.oidc
    app.state.provider = None if registration is None else Provider(registration, settings.oidc_trust())
    app.state.directory = None if settings.directory is None else Directory(settings.directory)
    return app
