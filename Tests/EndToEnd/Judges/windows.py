#!/usr/bin/env python3
"""Works out by Python's zoneinfo when the windows of a policy open and close: minute by minute, by the wall clock.

Shares no code and no method with rotation-job, which works with the edges of windows. The table in
Tests/PolicyTests/WindowTableTests.swift is what `python3 Tests/EndToEnd/Judges/windows.py` prints.
"""

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

NAMES = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]

# zone, days, from, to, first moment looked at (UTC), hours looked at
CASES = [
    # Put forward at 02:00 on 2026-03-29 (Berlin), at 02:00 on 2026-03-08 (New York), by 30 minutes at 02:00 on 2026-10-04 (Lord Howe).
    ("Europe/Berlin", "daily", "01:00", "05:00", "2026-03-28T12:00", 48),
    ("Europe/Berlin", "Sun", "02:30", "04:00", "2026-03-28T12:00", 36),
    ("Europe/Berlin", "daily", "02:00", "03:00", "2026-03-27T12:00", 96),
    ("Europe/Berlin", "daily", "01:30", "02:30", "2026-03-28T12:00", 48),
    ("America/New_York", "daily", "01:00", "05:00", "2026-03-07T12:00", 48),
    ("America/New_York", "Sun", "02:30", "04:00", "2026-03-07T12:00", 36),
    ("Australia/Lord_Howe", "daily", "01:00", "05:00", "2026-10-03T00:00", 48),
    ("Australia/Lord_Howe", "Sun", "02:15", "04:00", "2026-10-03T00:00", 48),
    ("Australia/Lord_Howe", "daily", "02:00", "02:30", "2026-10-02T00:00", 96),
    # Put back at 03:00 on 2026-10-25, at 02:00 on 2026-11-01, by 30 minutes at 02:00 on 2026-04-05.
    ("Europe/Berlin", "daily", "01:00", "05:00", "2026-10-24T12:00", 48),
    ("Europe/Berlin", "Sun", "02:30", "04:00", "2026-10-24T12:00", 36),
    ("Europe/Berlin", "Sun", "02:15", "02:45", "2026-10-24T12:00", 36),
    ("Europe/Berlin", "Sun", "01:00", "02:30", "2026-10-24T12:00", 36),
    ("America/New_York", "daily", "01:00", "05:00", "2026-10-31T12:00", 48),
    ("America/New_York", "Sun", "01:15", "01:45", "2026-10-31T12:00", 36),
    ("Australia/Lord_Howe", "daily", "01:00", "05:00", "2026-04-04T00:00", 48),
    ("Australia/Lord_Howe", "Sun", "01:45", "02:15", "2026-04-04T00:00", 48),
    # Over midnight; over the ends of months and years; the leap day; over midnight of a night in which clocks are changed.
    ("Europe/Berlin", "Fri", "22:00", "06:00", "2026-12-01T00:00", 192),
    ("Europe/Berlin", "Mon-Fri", "23:00", "01:00", "2026-12-29T12:00", 120),
    ("America/New_York", "Thu", "20:00", "04:00", "2026-12-30T00:00", 96),
    ("Australia/Lord_Howe", "daily", "23:30", "00:30", "2027-12-30T12:00", 72),
    ("UTC", "daily", "23:00", "01:00", "2028-02-27T12:00", 96),
    ("UTC", "Tue", "00:00", "24:00", "2028-02-27T12:00", 96),
    ("Europe/Berlin", "Wed", "12:00", "18:00", "2027-02-27T00:00", 240),
    ("Europe/Berlin", "Sat", "22:00", "04:00", "2026-03-28T00:00", 48),
    ("Europe/Berlin", "Sat", "22:00", "04:00", "2026-10-24T00:00", 48),
    ("America/New_York", "Sun", "00:00", "24:00", "2026-10-31T00:00", 72),
    ("Africa/Cairo", "Fri", "00:00", "02:00", "2026-04-22T00:00", 72),
    ("Pacific/Chatham", "daily", "02:45", "03:15", "2026-09-26T00:00", 48),
]


def minutes(text):
    hours, rest = text.split(":")
    return int(hours) * 60 + int(rest)


def days(text):
    if text == "daily":
        return set(range(7))
    first, _, last = text.partition("-")
    return set(range(NAMES.index(first), NAMES.index(last or first) + 1))


def is_open(wall, weekdays, start, end):
    """By what the wall clock shows: minutes since midnight, today's window or the rest of yesterday's."""
    now, today = wall.hour * 60 + wall.minute, wall.weekday()
    if end > start:
        return today in weekdays and start <= now < end
    return (today in weekdays and now >= start) or ((today - 1) % 7 in weekdays and now < end)


def changes(zone, text, start, end, first, hours):
    at = datetime.fromisoformat(first).replace(tzinfo=timezone.utc)
    info, found, before = ZoneInfo(zone), [], None
    for _ in range(hours * 60):
        state = is_open(at.astimezone(info), days(text), minutes(start), minutes(end))
        if before is not None and state != before:
            found.append(at.strftime("%Y-%m-%dT%H:%MZ"))
        before, at = state, at + timedelta(minutes=1)
    return found


for case in CASES:
    zone, text, start, end, first, hours = case
    print(f'        "{zone} {text} {start} {end} {first}Z {hours}: {" ".join(changes(*case))}",')
