"""Judges policy files by the JSON Schema, as an editor would.

Reads {"schema": "...", "accept": [yaml, ...], "refuse": [yaml, ...]} from standard input and prints the findings.
"""

import json
import sys

import jsonschema
import yaml


class Loader(yaml.SafeLoader):
    """YAML 1.2's core types, as yaml-language-server has them: no dates, no sexagesimal numbers, no yes and no."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag.rsplit(":", 1)[1] in ("null",)]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
import re  # noqa: E402

for tag, pattern, first in [
    ("bool", r"^(true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("int", r"^[-+]?[0-9]+$", "-+0123456789"),
    ("float", r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$", "-+.0123456789"),
]:
    Loader.add_implicit_resolver("tag:yaml.org,2002:" + tag, re.compile(pattern), list(first))


def main():
    request = json.load(sys.stdin)
    schema = json.loads(request["schema"])
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    findings = []
    for text in request["accept"]:
        for error in validator.iter_errors(yaml.load(text, Loader)):
            findings.append(f"refused: {list(error.absolute_path)}: {error.message[:200]}: in {text[:300]}")
    for text in request["refuse"]:
        if validator.is_valid(yaml.load(text, Loader)):
            findings.append(f"accepted: {text[:300]}")
    json.dump({"findings": findings, "count": len(request["accept"]) + len(request["refuse"])}, sys.stdout)


main()
