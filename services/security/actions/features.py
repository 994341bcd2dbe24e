"""Reading the features from the services' OpenAPI documents in shared/contracts."""

import json
from pathlib import Path

from services.security.rules.features import Features, features_of
from shared import contracts

_DOCUMENTS = Path(contracts.__path__[0]) / "openapi"


def read_features(directory: Path = _DOCUMENTS) -> Features:
    """All features declared in the documents in `directory`, one document for each service."""
    return features_of({path.stem: json.loads(path.read_text("utf-8")) for path in sorted(directory.glob("*.json"))})
