#!/usr/bin/env python3
"""Works out the whole plan of a fleet by its own reading of the rules, without the program.

  expected_plan.py --fleet fleet.ndjson --csr DIR --policies policies.json --at TIME

The policies are the published format written as JSON, with "authorities": {name: certificate file} beside them (relative to that
file). Prints a JSON array of rows {"device", "fingerprint", "action", "code", "policy", "notAfter"}.
"""
import argparse, fnmatch, hashlib, json, os
from fractions import Fraction
from common import (fill, fingerprint, is_weak_key, is_weak_signature, key_allowed, key_kind, load_authority, parse_time,
                    read_fleet, read_requests, seconds, signature_name, spki)

UNITS = {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1}


def span(text, lifetime):
    """Seconds, exact: a duration, or a percentage of the certificate's own lifetime."""
    if text.endswith("%"):
        return Fraction(text[:-1]) / 100 * lifetime
    return Fraction(int(text[:-1]) * UNITS[text[-1]])


def matches(policy, device, current):
    match = policy.get("match", {})

    def any_of(rule, value):
        return value in (rule if isinstance(rule, list) else [rule])

    labels = device["labels"]
    return (
        ("account" not in match or any_of(match["account"], device["account"]))
        and all(k in labels and any_of(v, labels[k]) for k, v in match.get("labels", {}).items())
        and not any(k in labels and any_of(v, labels[k]) for k, v in match.get("notLabels", {}).items())
        and ("device" not in match
             or any(fnmatch.fnmatchcase(device["device"], g)
                    for g in (match["device"] if isinstance(match["device"], list) else [match["device"]])))
        and ("issuer" not in match or any_of(match["issuer"], current.issuer.rfc4514_string())))


def due_from(policy, device, certificate):
    lifetime = seconds(certificate.not_valid_after) - seconds(certificate.not_valid_before)
    expiry = policy.get("expiry", {})
    digest = hashlib.sha256(f"{policy['name']}\n{device['device']}".encode()).digest()
    u = Fraction(int.from_bytes(digest[:8], "big"), 2**64)
    ahead = span(expiry.get("renewBefore", "33%"), lifetime) + span(expiry.get("spread", "0d"), lifetime) * u
    return seconds(certificate.not_valid_after) - ahead.numerator // ahead.denominator


def verdict(policy, profile, device, certificate, shared, authority, now):
    """None, or ("replace" | "report", code)."""
    if now > seconds(certificate.not_valid_after):
        return policy.get("expiry", {}).get("expired", "replace"), "expired"
    if now >= due_from(policy, device, certificate):
        return "replace", "expiring"
    rules = policy.get("compliance", {})
    kind = key_kind(certificate.public_key())
    found = []
    if not key_allowed(kind, profile["keys"]) or is_weak_key(kind):
        found.append((rules.get("key", "ignore"), "weak-key"))
    if is_weak_signature(certificate) or signature_name(certificate) != profile["signature"]:
        found.append((rules.get("signature", "ignore"), "weak-signature"))
    if spki(certificate.public_key()) in shared:
        found.append((rules.get("sharedKey", "ignore"), "shared-key"))
    if certificate.issuer != authority.subject:
        found.append((rules.get("issuer", "ignore"), "issuer"))
    age = rules.get("age")
    if age and now - seconds(certificate.not_valid_before) > span(age["over"], 0):
        found.append((age.get("do", "report"), "age"))
    for wanted in ("replace", "report"):
        for action, code in found:
            if action == wanted:
                return action, code
    return None


def usable(request, profile, current, holders, device):
    """Whether a CSR proves its key, and the key may be certified for this device."""
    key = spki(request.public_key())
    kind = key_kind(request.public_key())
    return (
        request.is_signature_valid and key_allowed(kind, profile["keys"]) and not is_weak_key(kind)
        and not (holders.get(key, set()) - {device["device"]}) and key != spki(current.public_key()))


def main():
    arguments = argparse.ArgumentParser()
    for name in ("fleet", "csr", "policies", "at"):
        arguments.add_argument("--" + name, required=True)
    arguments = arguments.parse_args()
    now = seconds(parse_time(arguments.at))
    with open(arguments.policies) as f:
        rules = json.load(f)
    beside = os.path.dirname(os.path.abspath(arguments.policies))
    authorities = {n: load_authority(os.path.join(beside, p)) for n, p in rules["authorities"].items()}
    profiles = {p["name"]: p for p in rules["profiles"]}
    fleet = read_fleet(arguments.fleet)
    requests = read_requests(arguments.csr, fleet)

    holders = {}
    for device in fleet.values():
        for _, certificate in device["certificates"]:
            holders.setdefault(spki(certificate.public_key()), set()).add(device["device"])
    shared = {key for key, devices in holders.items() if len(devices) > 1}

    rows, per_run = [], {}
    for device in fleet.values():
        active = [c for status, c in device["certificates"] if status == "ACTIVE"]
        if not active:
            continue
        active.sort(key=lambda c: (c.not_valid_after, c.not_valid_before), reverse=True)
        current, leftovers = active[0], active[1:]

        def row(certificate, action, code, policy):
            made = {"device": device["device"], "fingerprint": fingerprint(certificate), "action": action, "code": code,
                    "policy": policy, "notAfter": seconds(certificate.not_valid_after)}
            rows.append(made)
            return made

        candidates = [p for p in rules["policies"] if matches(p, device, current)]
        if not candidates:
            row(current, "uncovered", "uncovered", None)
            continue
        policy = max(candidates, key=lambda p: p.get("priority", 0))
        profile = profiles[policy["issuance"]["profile"]]
        found = verdict(policy, profile, device, current, shared, authorities[profile["authority"]], now)
        if found and found[0] == "report":
            row(current, "report", found[1], policy["name"])
        elif found:
            request = requests.get(device["device"])
            current_kind = key_kind(current.public_key())
            if request and usable(request, profile, current, holders, device):
                action = "issue"
            elif (policy["issuance"].get("rekey", "required") == "allowed" and key_allowed(current_kind, profile["keys"])
                  and not is_weak_key(current_kind) and spki(current.public_key()) not in shared):
                action = "issue"
            else:
                action = "request-csr"
            try:
                for template in [profile["subject"]] + profile.get("subjectAlternativeNames", []):
                    fill(template, device)
                made = row(current, action, found[1], policy["name"])
                if action == "issue":
                    per_run.setdefault(policy["name"], []).append(made)
            except KeyError:
                row(current, "blocked", "subject", policy["name"])
        superseded = policy.get("compliance", {}).get("superseded", "ignore")
        if superseded != "ignore":
            for leftover in leftovers:
                row(leftover, superseded, "superseded", policy["name"])

    for policy in rules["policies"]:
        limit = policy.get("rollout", {}).get("perRun")
        if limit is not None:
            due = sorted(per_run.get(policy["name"], []), key=lambda r: (r["notAfter"], r["device"].encode()))
            for made in due[limit:]:
                made["action"], made["code"] = "hold", "rate"
    print(json.dumps(rows))


main()
