"""A real Chromium on the real pages, served by the test's own server."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Browser, Page, sync_playwright

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium() -> str | None:
    """The browser of this machine: CHROMIUM, or the first that is installed."""
    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if name and (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        pytest.skip("no Chromium on this machine: install it, or set CHROMIUM to its path")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = (
        "true"  # playwright keeps a loop in this thread; the tests do not use it
    )
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield running
        running.close()


class Visitor:
    """Somebody at a browser, who signs in, clicks and types; clicks are counted as the experience does."""

    def __init__(self, browser: Browser, base: str, **context: Any) -> None:
        self.context = browser.new_context(viewport={"width": 360, "height": 800}, **context)
        self.page: Page = self.context.new_page()
        self.base = base
        self.clicks = self.typed = 0
        self.errors: list[str] = []
        self.page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)

    def sign_in(self, name: str, password: str = "secret-pass-1") -> None:
        self.go("/account/login/")
        self.page.get_by_label("User name or e-mail").or_(self.page.locator("input[name=login]")).first.fill(
            name
        )
        self.page.locator("input[name=password]").fill(password)
        self.page.locator("main form button.btn").first.click()
        self.page.wait_for_load_state()
        assert "/login" not in self.page.url, self.page.inner_text("main")

    def go(self, path: str) -> None:
        self.page.goto(self.base + path)

    def click(self, words: str) -> None:
        """A button or a link with these words (or beginning with them)."""
        main = self.page.get_by_role("main")
        target = main.get_by_role("button", name=words).or_(main.get_by_role("link", name=words))
        target.first.click()
        self.page.wait_for_load_state()
        self.clicks += 1

    def add_file(self, path: str) -> None:
        self.page.locator("input[type=file]").first.set_input_files(path)

    def sees(self, words: str) -> bool:
        return words in self.page.inner_text("main")

    def fits(self) -> bool:
        """No sideways scroll."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.fixture
def visitor(browser: Browser, live_server: Any) -> Iterator[Any]:
    """Call it for each person of the story."""
    people: list[Visitor] = []

    def arrive(**context: Any) -> Visitor:
        people.append(Visitor(browser, live_server.url, **context))
        return people[-1]

    yield arrive
    for person in people:
        person.context.close()
