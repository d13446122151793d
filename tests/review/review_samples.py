"""An export with its audit, ready to draw from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import rebild_policy
from rebild_policy import Audit, Policy
from rebild_policy.review.answers import SAMPLE, blank_answers
from rebild_policy.review.sampling import Drawn, draw
from rebild_policy.rules import Language, Statement
from rebild_policy.sources.export import Export, read_export
from rebild_policy.sources.mapping import load_mapping
from rebild_policy.waivers import Waiver

DEMO = Path(rebild_policy.__file__).parent / "demo"
AS_OF = date(2026, 5, 29)


@dataclass(frozen=True)
class Source:
    audit: Audit
    export: Export
    statements: dict[str, Statement]

    @classmethod
    def read(cls, policy: Policy, export: Path, mapping: Path, as_of: date, waivers: Iterable[Waiver] = ()) -> Source:
        audit = policy.audit(export, mapping, as_of, waivers=waivers, command="rebild-policy sample")
        return cls(audit, read_export(export, load_mapping(mapping)), dict(policy.ruleset.statements))

    def draw(self, per_stratum: int = 3, seed: int = 1) -> Drawn:
        return draw(self.audit, self.export, self.statements, per_stratum=per_stratum, seed=seed)


def names(drawn: Drawn) -> list[str]:
    return [one.case for one in drawn.sample.cases]


def lay_out(drawn: Drawn, folder: Path, lang: Language = "en") -> Path:
    """The folder that the command writes, with the answers left empty."""
    (folder / SAMPLE).write_text(drawn.sample.model_dump_json(), encoding="utf-8")
    (folder / "answers.csv").write_bytes(blank_answers(drawn.checklists, lang))
    return folder / "answers.csv"
