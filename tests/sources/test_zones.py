"""Zones a column at a time: what their clocks show is what Python's own zones say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import pytest

from rebild_policy.sources.ingest.zones import MICROSECOND, zone_named

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Clocks that were put back for Ramadan, changed by half an hour or two, or moved across the date line.
ODD = (
    "Africa/Casablanca",
    "Africa/Cairo",
    "Asia/Gaza",
    "Australia/Lord_Howe",
    "Antarctica/Troll",
    "Pacific/Apia",
    "Europe/Dublin",
)
NAMES = ["Europe/Copenhagen", *ODD, *sorted(available_timezones())[::40]]


@pytest.mark.parametrize("name", NAMES)
def test_the_clocks_of_a_zone_on_any_day(name: str) -> None:
    """A change that is taken back would be passed over if it were sooner than the steps in which changes are looked for."""
    random, zone = Random(name), ZoneInfo(name)
    first = datetime(1991, 1, 1, tzinfo=UTC)
    moments = [first + timedelta(days=day, seconds=random.randrange(86_400)) for day in range(0, 109 * 365, 3)]
    utc = np.array([(moment - EPOCH) // MICROSECOND for moment in moments])
    local = [moment.astimezone(zone) for moment in moments]
    shown = [(one.replace(tzinfo=UTC) - EPOCH) // MICROSECOND for one in local]
    assert zone_named(name).to_local(utc).tolist() == shown


@pytest.mark.parametrize("name", ["Europe/Copenhagen", "America/New_York"])
def test_local_times_around_a_change_of_the_clocks(name: str) -> None:
    """In a repeated hour the first is meant; an hour that is skipped is counted by the clock before the change."""
    zone = ZoneInfo(name)
    start = datetime(2024, 1, 1)  # noqa: DTZ001 - what a clock on the wall shows
    local = [start + timedelta(minutes=15 * number) for number in range(366 * 96)]
    read = zone_named(name).to_utc(np.array([(one.replace(tzinfo=UTC) - EPOCH) // MICROSECOND for one in local]))
    assert read.tolist() == [(one.replace(tzinfo=zone).astimezone(UTC) - EPOCH) // MICROSECOND for one in local]
