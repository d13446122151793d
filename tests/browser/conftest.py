"""One Chromium for all tests of a session, and the pages that they open from disk."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hostile_export import hostile_audit

from rebild_policy import Audit, Policy
from rebild_policy.report.html import render_html

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "src" / "rebild_policy" / "demo"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("there is no Chromium here; .ci/run installs Debian's where apt can")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM)
        yield launched
        launched.close()


@dataclass
class Opened:
    """A page, what it asked of the network, and what it complained of."""

    page: Any
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture
def opened(browser: Any) -> Iterator[Callable[..., Opened]]:
    """Opens a file in a context of its own, which is closed after the test."""
    contexts = []

    def open_(path: Path, width: int = 1280, **options: Any) -> Opened:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        found = Opened(context.new_page())
        found.page.set_default_timeout(10_000)
        found.page.on("request", lambda request: found.requests.append(request.url))
        found.page.on("console", lambda message: found.complaints.append(message.text))
        found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
        found.page.on("dialog", lambda dialog: (found.complaints.append("a dialog"), dialog.dismiss()))
        found.page.goto(path.as_uri())
        return found

    yield open_
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def policy() -> Policy:
    return Policy.rebild()


@pytest.fixture(scope="session")
def audit(policy: Policy) -> Audit:
    return policy.audit(DEMO / "sager.csv", DEMO / "sager.yaml", date(2026, 5, 29), command="rebild-policy demo")


@pytest.fixture(scope="session")
def pages(policy: Policy, audit: Audit, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The demo in both languages, and the audit of a hostile export."""
    folder = tmp_path_factory.mktemp("pages")
    made = {}
    for name, shown, lang in (("da", audit, "da"), ("en", audit, "en"), ("hostile", hostile_audit(policy, folder), "en")):
        made[name] = folder / f"{name}.html"
        made[name].write_text(render_html(shown, policy.ruleset.statements, lang), encoding="utf-8")
    return made
