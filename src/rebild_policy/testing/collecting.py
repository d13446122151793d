"""The examples of users' own rules as items of pytest: one for each example in each profile that it names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from rebild_policy.errors import RuleError, shown
from rebild_policy.loading import RuleSet, load_what_can_be
from rebild_policy.proving.trials import Bench
from rebild_policy.rules import Example, Profile, Rule

ENGINE = "compiled"
_FOLDERS = pytest.StashKey[dict[Path, "_Folder"]]()


class _Folder:
    """The rules of a folder, loaded once, and what is wrong with them."""

    def __init__(self, path: Path) -> None:
        self.ruleset: RuleSet
        self.problems: list[RuleError]
        self.ruleset, self.problems = load_what_can_be(path)
        self.bench = Bench(self.ruleset, ENGINE)


class RuleFile(pytest.File):
    """A YAML file of a folder of rules; it has items if it holds a rule."""

    def __init__(self, *, folder: Path, only: Profile | None, **of_pytest: Any) -> None:
        super().__init__(**of_pytest)
        self.folder = folder
        self.only = only

    def collect(self) -> Iterable[pytest.Item]:
        """The examples of its rule. Raises `CollectError` for what is wrong with the file."""
        known = self.config.stash.setdefault(_FOLDERS, {})
        if self.folder not in known:
            known[self.folder] = _Folder(self.folder)
        folder, name = known[self.folder], shown(self.path)
        wrong = [str(problem) for problem in folder.problems if problem.at and problem.at.file == name]
        if wrong:
            raise self.CollectError("\n".join(wrong))
        for rule in folder.ruleset.rules:
            if rule.at.file == name:
                yield from self._items(rule, folder.bench)

    def _items(self, rule: Rule, bench: Bench) -> Iterator[pytest.Item]:
        for example in rule.examples:
            for profile in example.profiles:
                if self.only in {None, profile}:
                    make = partial(ExampleItem.from_parent, self, rule=rule, example=example, profile=profile, bench=bench)
                    yield make(name=f"{example.name.en}[{profile}]")


class ExampleItem(pytest.Item):
    """One example in one profile; it fails where it comes out otherwise than it says."""

    def __init__(self, *, rule: Rule, example: Example, profile: Profile, bench: Bench, **of_pytest: Any) -> None:
        super().__init__(**of_pytest)
        self.rule = rule
        self.example = example
        self.profile = profile
        self.bench = bench

    def runtest(self) -> None:
        """Judge it."""
        trial = self.bench.trial(self.rule, self.example, self.profile)
        if not trial.passed:
            raise ExampleError("\n".join([f"{self.example.at}: {trial.name}", *(f"  {problem}" for problem in trial.problems)]))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What came out otherwise; no traceback."""
        return str(excinfo.value) if isinstance(excinfo.value, ExampleError) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Its file and line, counted from 0 as pytest does."""
        return self.path, max(self.example.at.line - 1, 0), f"{self.rule.name}: {self.name}"


class ExampleError(Exception):
    """An example came out otherwise than it says."""
