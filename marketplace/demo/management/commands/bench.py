"""Run the measured jobs: `make bench` by its other name (api.md section 5)."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Runs every measured job side by side with its limit, on a database made for it; prints one table."

    def handle(self, *args: Any, **options: Any) -> None:
        # A process of its own: the jobs have a database of their own, and this one is connected to the site's.
        done = subprocess.run([sys.executable, "-m", "benchmarks"], cwd=settings.BASE_DIR, check=False)
        sys.exit(done.returncode)
