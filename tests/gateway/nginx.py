"""deploy/nginx/ratebook.conf with other addresses, key and directories."""

import os
import shutil
from pathlib import Path

NGINX = os.environ.get("NGINX_BIN") or shutil.which("nginx")
_CONFIGURATION = Path(__file__).parents[2] / "deploy" / "nginx" / "ratebook.conf"


def ratebook_conf(place: Path, *, port: int, gateway_port: int, services_port: int, key: str) -> str:
    """The configuration with all directories in `place`, listening on `port` of 127.0.0.1."""
    text = _CONFIGURATION.read_text()
    changes = {
        "127.0.0.1:8400": f"127.0.0.1:{gateway_port}",
        **{f"127.0.0.1:{own}": f"127.0.0.1:{services_port}" for own in (8401, 8402, 8403)},
        "listen 8480": f"listen 127.0.0.1:{port}",
        "/var/cache/nginx/ratebook": str(place / "cache"),
        "set-this-to-GATEWAY_CHECK_KEY....": key,
    }
    for old, new in changes.items():
        assert old in text, f"{old} is not in {_CONFIGURATION}"
        text = text.replace(old, new)
    return text
