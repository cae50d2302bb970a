"""S3 as the store of files: private, with links signed so that their end and their length count, and never waited for long."""

from __future__ import annotations

from typing import Any

from botocore.config import Config
from storages.backends.s3 import S3Storage

CONNECT_SECONDS, READ_SECONDS = 5, 20


class PrivateS3(S3Storage):
    """Links by the newer signature (the older one signs no length), and time-outs (threats.md rows 47 and 61)."""

    def __init__(self, **options: Any) -> None:
        config = Config(
            signature_version="s3v4",
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"max_attempts": 2, "mode": "standard"},
        )
        super().__init__(**{"client_config": config, **options})
