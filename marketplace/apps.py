"""The admin of this project: Django's, with our own site in it."""

from django.contrib.admin.apps import AdminConfig


class RedressAdminConfig(AdminConfig):
    """`django.contrib.admin` under our roof."""

    default_site = "marketplace.admin.RedressAdminSite"
