"""`manage.py check_templates`: compile every template of ours, so that a slip shows before a page is asked for."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandError
from django.core.management.base import BaseCommand
from django.template import TemplateDoesNotExist, TemplateSyntaxError, engines


class Command(BaseCommand):
    """Compile the templates; name each that fails, with its file and the reason."""

    help = "Compiles every template and names those that are broken."

    def handle(self, *args: Any, **options: Any) -> None:
        """Compile them all."""
        engine = engines["django"]
        failed, count = [], 0
        for folder in self._folders():
            for file in sorted(path for path in folder.rglob("*") if path.is_file()):
                count += 1
                try:
                    engine.get_template(str(file.relative_to(folder)))
                except (TemplateSyntaxError, TemplateDoesNotExist, UnicodeDecodeError) as error:
                    failed.append(f"{file.relative_to(settings.BASE_DIR)}: {error}")
        if failed:
            raise CommandError("\n".join(failed))
        self.stdout.write(f"{count} templates compile.")

    def _folders(self) -> list[Path]:
        ours: list[Path] = [settings.TEMPLATE_DIR]
        for package in ("disputes", "reports", "marketplace"):
            ours += (settings.BASE_DIR / package).glob("**/templates")
        return [folder for folder in ours if folder.is_dir()]
