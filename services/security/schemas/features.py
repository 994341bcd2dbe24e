"""Owns the wire types of the list of features."""

from pydantic import BaseModel

from services.security.rules.features import Feature
from services.security.schemas.words import LevelWord


class OperationAnswer(BaseModel):
    """An operation that asks for the feature, as its service declares it."""

    service: str
    method: str
    path: str
    summary: str
    level: LevelWord


class FeatureAnswer(BaseModel):
    """A feature with the levels that its operations ask for."""

    module: str
    feature: str
    levels: list[LevelWord]
    operations: list[OperationAnswer]

    @classmethod
    def of(cls, feature: Feature) -> "FeatureAnswer":
        operations = [
            {
                "service": one.service,
                "method": one.method,
                "path": one.path,
                "summary": one.summary,
                "level": one.level.word,
            }
            for one in feature.operations
        ]
        return cls.model_validate(
            {
                "module": feature.module,
                "feature": feature.name,
                "levels": [level.word for level in feature.levels],
                "operations": operations,
            }
        )
