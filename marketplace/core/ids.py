"""Public ids: opaque, not guessable, not in sequence (Z-04). The only ids that URLs and the API show."""

from __future__ import annotations

import base64
import secrets
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    _TextField = models.CharField[str, str]
else:
    _TextField = models.CharField  # not subscriptable when it runs

_RANDOM_BYTES = 16


def public_id(prefix: str) -> str:
    """A new id: `ord_` and 26 characters of lower-case base32, 128 random bits."""
    random = base64.b32encode(secrets.token_bytes(_RANDOM_BYTES)).decode("ascii")
    return f"{prefix}_{random.rstrip('=').lower()}"


class PublicIdField(_TextField):
    """A model's `public_id`: made by itself, unique, never edited. `prefix` without the underscore: "ord"."""

    def __init__(self, *args: Any, prefix: str, **kwargs: Any) -> None:
        self.prefix = prefix
        kwargs.update(self._fixed(), default=partial(public_id, prefix))
        super().__init__(*args, **kwargs)

    @staticmethod
    def _fixed() -> dict[str, Any]:
        return {"max_length": 40, "unique": True, "editable": False}

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        """Migrations keep the prefix alone; the rest is this class's business."""
        name, path, args, kwargs = super().deconstruct()
        for key in (*self._fixed(), "default"):
            kwargs.pop(key, None)
        return name, path, args, {**kwargs, "prefix": self.prefix}

    def db_type(self, connection: Any) -> str:
        # The long name of varchar: with the short one Django adds a second index for LIKE 'x%', and nobody
        # looks for the beginning of a random id.
        return f"character varying({self.max_length})"
