from django.apps import AppConfig


class DemoConfig(AppConfig):
    """A small world to look at: `make run` fills it."""

    name = "marketplace.demo"
    label = "demo"
