#!/usr/bin/env python3
"""Reads a report's page with Python's own parser and says what is wrong with it and what stands in it.

  check_html.py PAGE

Writes a JSON object: "findings" (mistakes: markup that does not nest, anything loaded from elsewhere, a script that the page's policy
does not name, references to ids that are not there), "sections" (their ids), "counts" (the tiles), "policies" (rows by policy),
"findingCounts" (by reason code), "held" and "blocked" (sums of their tables), "bars" (the chart's numbers), "rows" (device, state).
"""
import base64, hashlib, json, re, sys
from html.parser import HTMLParser

VOID = {"meta", "input", "br", "link", "img", "hr"}
DRAWN = {"line", "rect", "circle", "polyline", "polygon", "path"}
KNOWN = VOID - {"link", "img", "hr"} | DRAWN | set(
    "html head title style script body header main section nav ul li a p h1 h2 h3 dl dt dd div span strong code bdi data time "
    "table thead tbody tr th td figure details summary form label select option output svg desc text".split())


class Node:
    def __init__(self, tag, attributes, parent):
        self.tag, self.attributes, self.parent, self.children = tag, attributes, parent, []

    def all(self, tag=None, **wanted):
        for child in self.children:
            if isinstance(child, Node):
                if (tag is None or child.tag == tag) and all(child.attributes.get(k) == v for k, v in wanted.items()):
                    yield child
                yield from child.all(tag, **wanted)

    def first(self, tag=None, **wanted):
        return next(self.all(tag, **wanted), None)

    @property
    def text(self):
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    @property
    def number(self):
        """Of the one count in it; a dot is none."""
        data = self if self.tag == "data" else self.first("data")
        return int(data.attributes["value"]) if data else 0


class Reader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.root = self.open = Node("", {}, None)
        self.findings = []

    def handle_starttag(self, tag, pairs, closed=False):
        attributes = dict(pairs)
        if len(attributes) != len(pairs):
            self.findings.append(f"<{tag}> has an attribute twice")
        if tag not in KNOWN:
            self.findings.append(f"<{tag}> does not belong here")
        node = Node(tag, attributes, self.open)
        self.open.children.append(node)
        if not closed and tag not in VOID:
            self.open = node

    def handle_startendtag(self, tag, pairs):
        if tag not in DRAWN:
            self.findings.append(f"<{tag}/> closes itself")
        self.handle_starttag(tag, pairs, closed=True)

    def handle_endtag(self, tag):
        if self.open.tag != tag:
            self.findings.append(f"</{tag}> closes <{self.open.tag}> at {self.getpos()}")
        if self.open.parent is not None:
            self.open = self.open.parent

    def handle_data(self, data):
        self.open.children.append(data)

    def handle_comment(self, data):
        self.findings.append("a comment")


page = open(sys.argv[1], encoding="utf-8", newline="").read()
reader = Reader()
reader.feed(page)
reader.close()
root, findings = reader.root, reader.findings
if reader.open is not root:
    findings.append(f"<{reader.open.tag}> is not closed")
if not page.startswith("<!DOCTYPE html>"):
    findings.append("no doctype")

ids = [node.attributes["id"] for node in root.all() if "id" in node.attributes]
findings += [f"id {one} twice" for one in set(ids) if ids.count(one) > 1]
for node in root.all():
    for name, value in node.attributes.items():
        if name.startswith("on") or name in ("src", "srcset", "style", "xlink:href", "action", "background", "data"):
            findings.append(f"<{node.tag}> has {name}")
        if name == "href" and not (node.tag == "a" and value.startswith("#") and value[1:] in ids):
            findings.append(f"<{node.tag}> refers to {value}")
        if name in ("aria-labelledby", "for"):
            findings += [f"{name} {one} is not there" for one in value.split() if one not in ids]
for style in root.all("style"):
    findings += [f"the style sheet has {word}" for word in ("url(", "@import", "//") if word in style.text]
    findings += [f"the style sheet lacks {word}" for word in ("prefers-color-scheme: dark", "@media print") if word not in style.text]

scripts = list(root.all("script"))
policy = root.first("meta", **{"http-equiv": "Content-Security-Policy"}).attributes["content"]
digest = "sha256-" + base64.b64encode(hashlib.sha256(scripts[0].text.encode()).digest()).decode()
if len(scripts) != 1 or f"script-src '{digest}'" not in policy or "default-src 'none'" not in policy:
    findings.append(f"{len(scripts)} scripts, the first {digest}; the policy is {policy}")
for svg in root.all("svg"):
    if svg.attributes.get("role") == "img":
        named = [root.first(None, id=one) for one in svg.attributes["aria-labelledby"].split()]
        if [node.tag for node in named] != ["title", "desc"] or not all(node.text.strip() for node in named):
            findings.append("a chart without title and description")

for section in root.all("section"):
    if not section.text.strip() or section.first("h2") is None or not section.first("h2").text.strip():
        findings.append(f"section {section.attributes.get('id')} is empty")
levels = [int(node.tag[1]) for node in root.all() if re.fullmatch("h[1-6]", node.tag)]
if levels[:1] != [1] or levels.count(1) != 1 or any(after > before + 1 for before, after in zip(levels, levels[1:])):
    findings.append(f"headings {levels}")


def table(section):
    """Of a section's first table, the rows as cells."""
    found = root.first("section", id=section)
    found = found and found.first("tbody")
    return [[cell for cell in row.children if isinstance(cell, Node)] for row in found.all("tr")] if found else []


def bdi(cell):
    name = cell.first("bdi")
    return name.text if name else ""


chart = root.first("section", id="expiries")
json.dump({
    "findings": findings,
    "title": root.first("title").text,
    "sections": [node.attributes["id"] for node in root.all("section")],
    "counts": {node.attributes["data-count"]: node.number for node in root.all("div") if "data-count" in node.attributes},
    "policies": {bdi(cells[0]): cells[-1].number for cells in table("policies")},
    "findingCounts": {cells[0].text: cells[2].number for cells in table("findings")},
    "held": sum(cells[2].number for cells in table("held")),
    "blocked": sum(cells[2].number for cells in table("blocked")),
    "bars": [cells[-1].number for cells in table("expiries")],
    "touched": len([rect for rect in chart.all("rect") if rect.attributes.get("class") == "touch"]) if chart else 0,
    "rows": [{"device": bdi(cells[0]), "state": cells[1].text} for cells in table("rows")],
}, sys.stdout)
