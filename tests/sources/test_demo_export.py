"""The demo's export: made by its script byte for byte, safe to show, and with something of everything in it."""

import csv
import re
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from rebild_policy.privacy import CPR_SHAPE
from rebild_policy.sources import load_mapping, read_export

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "src/rebild_policy/demo"
AS_OF = date(2026, 5, 29)


@pytest.fixture(scope="module")
def export():
    return read_export(DEMO / "sager.csv", load_mapping(DEMO / "sager.yaml"))


@pytest.fixture(scope="module")
def rows():
    with (DEMO / "sager.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


@pytest.mark.parametrize("seed", ["0", "1"])
def test_the_script_makes_the_same_bytes(tmp_path, seed):
    target = tmp_path / "sager.csv"
    script = ROOT / "tools/make_demo_export.py"
    subprocess.run([sys.executable, str(script), str(target)], check=True, env={"PYTHONHASHSEED": seed, "LANG": "C"})
    assert target.read_bytes() == (DEMO / "sager.csv").read_bytes()


def test_its_size_and_shape(export, rows):
    assert export.accounting.rows == len(rows)
    assert 1200 <= len(rows) <= 1800
    assert len(export.cases) == 200
    assert set("æøåÆØÅ") <= set((DEMO / "sager.csv").read_text(encoding="utf-8")) | {"Å"}
    assert {len(row["Dato"] or "") for row in rows} >= {10, 16}
    days = [event.day for case in export.cases for event in case.case.events]
    assert date(2025, 9, 1) <= min(days) <= date(2025, 9, 10)
    assert date(2026, 5, 20) <= max(days) <= AS_OF


def test_every_row_is_accounted_for_and_little_is_bad(export):
    account = export.accounting
    assert account.rows == account.accounted
    columns = Counter(row.column for row in account.quarantined)
    assert columns == {"Sagsnr": 2, "Dato": 1, "Frist": 1, "Kanal": 1, "Udfald": 1, "Begrundelse": 1, "Løbenr": 2, None: 2}
    assert account.lost_cases == 2
    assert account.duplicates == 1
    assert account.skipped.total() > 0
    assert account.unmapped == {"Integrationstest": 2, "Flettet fra gammelt system": 1, "Opkald vedr. [cpr]": 1}
    assert not account.notes
    assert sum(bool(case.gaps) for case in export.cases) < 12


def test_every_mapped_event_type_and_link_occurs(export):
    mapping = load_mapping(DEMO / "sager.yaml")
    seen = Counter(event.type for case in export.cases for event in case.case.events)
    assert set(seen) == {event.event for events in mapping.activities.values() for event in events}
    assert all(link.made > 10 for link in export.accounting.links)


def test_nobody_in_it_can_exist(rows):
    numbers = CPR_SHAPE.findall((DEMO / "sager.csv").read_text(encoding="utf-8"))
    assert len(numbers) > 100
    # Hospitals give replacement numbers with 60 added to the day; 92 and more is given to nobody.
    assert {int(number[:2]) for number in numbers} <= set(range(92, 100))
    assert {int(number[2:4]) for number in numbers} <= set(range(1, 13))
    elsewhere = [name for row in rows for name, text in row.items() if text and CPR_SHAPE.search(text) and name != "Bemærkning"]
    assert elsewhere == ["Aktivitet"], "one activity name, as sloppy systems have them"


def test_the_free_text_is_not_read(export, rows):
    names = {
        name for row in rows for name in re.findall(r"[A-ZÆØÅ]\w+ (?:Opdigtsen|Eksempelsen|Opfundet)", row["Bemærkning"] or "")
    }
    assert len(names) == 3
    facts = "".join(case.case.model_dump_json() for case in export.cases)
    assert not any(name in facts for name in names)
    assert not CPR_SHAPE.search(facts)
