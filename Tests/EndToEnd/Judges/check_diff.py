#!/usr/bin/env python3
"""Compares two plans as JSON by itself, and holds what `policy diff --format json` says against that.

  check_diff.py --old plan.json --new plan.json --diff diff.json

Prints {"findings": [...], "count": N}: what does not agree, and how many certificates the plans differ about.
"""
import argparse, collections, json

DUE = {"issue", "request-csr", "hold", "blocked"}


def rows(path):
    with open(path) as f:
        plan = json.load(f)
    return plan, {(d["device"], d["fingerprint"]): d for d in plan["decisions"]}


def facts(row):
    """What decides about a certificate: None where a plan has no row for it."""
    if row is None:
        return None
    return (row["action"], row["reason"]["code"], (row["policy"] or {}).get("name"), (row.get("revocation") or {}).get("name"))


def main():
    arguments = argparse.ArgumentParser()
    for name in ("old", "new", "diff"):
        arguments.add_argument("--" + name, required=True)
    arguments = arguments.parse_args()
    old_plan, old = rows(arguments.old)
    new_plan, new = rows(arguments.new)
    with open(arguments.diff) as f:
        diff = json.load(f)
    findings, counts, actions, changed = [], collections.Counter(), collections.Counter(), set()

    def count(was, now, began, ended):
        if was != now:
            counts[began if now else ended] += 1

    for key in old.keys() | new.keys():
        before, after = old.get(key), new.get(key)
        if facts(before) == facts(after):
            continue
        changed.add(key)
        was, now = before and before["action"], after and after["action"]
        if was != now:
            actions[(was, now)] += 1
        count(was in DUE, now in DUE, "newly-due", "no-longer-due")
        count("revocation" in (before or {}), "revocation" in (after or {}), "revoked", "no-longer-revoked")
        count(was == "blocked", now == "blocked", "blocked", "no-longer-blocked")
        # A device is uncovered by its current certificate.
        count(was != "uncovered", now != "uncovered", "now-covered", "now-uncovered")

    for kind, told in diff["summary"].items():
        if kind.startswith("changed-"):
            continue
        if told != counts[kind]:
            findings.append(f"{kind}: the plans say {counts[kind]}, the diff {told}")
    told = {(a["from"], a["to"]): a["count"] for a in diff["actions"]}
    if told != dict(actions):
        findings.append(f"actions: the plans say {dict(actions)}, the diff {told}")
    named = {(c["device"], c["fingerprint"]) for c in diff["changes"]}
    if named != changed or len(diff["changes"]) != len(changed):
        findings.append(f"changes: {sorted(named ^ changed)[:5]}")
    for change in diff["changes"]:
        key = (change["device"], change["fingerprint"])
        for side, row in (("old", old.get(key)), ("new", new.get(key))):
            said = change[side]
            if (said is None) != (row is None) or said and (
                    said["action"], said["reason"], said["policy"]) != (
                    row["action"], row["reason"], (row["policy"] or {}).get("name")):
                findings.append(f"{key}: {side} is {said}, the plan has {row}")
    for side, plan in (("old", old_plan), ("new", new_plan)):
        if diff[side]["summary"] != plan["summary"]:
            findings.append(f"{side}: {diff[side]['summary']}, the plan has {plan['summary']}")
    if diff["inventory"] != new_plan["inventory"]:
        findings.append(f"inventory: {diff['inventory']}")
    print(json.dumps({"findings": findings, "count": len(changed)}))


main()
