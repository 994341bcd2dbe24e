"""Owns the HTTP edge that the gateway and the services share: problem answers, request ids, health. No database."""

import logging

log = logging.getLogger("request")
