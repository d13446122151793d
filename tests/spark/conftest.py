"""The dirty export and the policy, made once."""

from __future__ import annotations

import csv
from random import Random

import pytest
from spark_samples import DEMO, TIMES, Dirty, spoiled

from rebild_policy import Policy


@pytest.fixture(scope="session")
def dirty(tmp_path_factory: pytest.TempPathFactory) -> Dirty:
    folder = tmp_path_factory.mktemp("dirty")
    with (DEMO / "sager.csv").open(encoding="utf-8", newline="") as file:
        names, *read = csv.reader(file, delimiter=";")
    rows = []
    for turn in range(TIMES):
        for row in (row for row in read if len(row) == len(names)):  # a DataFrame has no torn rows
            copy = [cell.replace("\n", " ") for cell in row]  # one row a line, so that rows count as lines do
            copy[0], copy[1] = f"{turn}-{row[0]}", f"{row[1]}-{turn}"
            rows.append(copy)
    spoiled(rows, names, Random(7))
    with (folder / "export.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows([names, *rows])
    text = (DEMO / "sager.yaml").read_text(encoding="utf-8")
    with_ids, without_ids = folder / "with-ids.yaml", folder / "without-ids.yaml"
    with_ids.write_text(text, encoding="utf-8")
    without_ids.write_text(text.replace("  id: Løbenr\n", ""), encoding="utf-8")
    return Dirty(folder / "export.csv", names, rows, with_ids, without_ids)


@pytest.fixture(scope="session")
def policy() -> Policy:
    return Policy.rebild()
