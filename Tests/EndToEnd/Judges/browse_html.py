#!/usr/bin/env python3
"""Opens a report's page in headless Chromium, on a desk, a phone and paper, and says what it looks like there.

  browse_html.py PAGE SEARCH

Writes a JSON object. For "desk" (1280 pixels wide), "phone" (390) and "paper" (688: A4, by the rules for print): "width", the width that the
page takes, "outside", elements that stick out of it, "overlaps", texts of a chart that lie on each other, and "rows", the rows seen. Then "found",
the rows that a search for SEARCH leaves, and "said", what the page says of it; "unscripted", the rows and whether the search is seen where scripts
are off; "owned", whether anything from the data ran.
"""
import html, json, re, shutil, subprocess, sys, tempfile

page = open(sys.argv[1], encoding="utf-8", newline="").read()
browser = next((found for name in ("chromium-headless-shell", "chromium", "google-chrome") if (found := shutil.which(name))), None)
if browser is None:
    sys.exit("no Chromium: install the package `chromium-headless-shell` (make setup-test)")

harness = """<!DOCTYPE html><meta charset="utf-8"><body><script>
const page = PAGE, search = SEARCH;
const frame = (width, page, sandbox) => new Promise(done => {
  const made = document.createElement("iframe");
  if (sandbox !== undefined) made.setAttribute("sandbox", sandbox);
  made.style.cssText = "border:0;height:900px;width:" + width + "px";
  made.onload = () => done(made.contentDocument);
  made.srcdoc = page;
  document.body.append(made);
});
const seen = element => element.getClientRects().length > 0;
const rows = inside => Array.from(inside.querySelectorAll("#listed tbody tr")).filter(seen).length;
const scrolls = element => element.closest(".scroll, .seen-not-read") !== null;
function look(inside, isPaper) {
  const width = inside.documentElement.clientWidth;
  const outside = Array.from(inside.body.querySelectorAll("*")).filter(seen).filter(element => {
    const box = element.getBoundingClientRect();
    return (isPaper || !scrolls(element)) && (box.right > width + 1 || box.left < -1);
  }).map(element => element.tagName + " " + element.textContent.slice(0, 40));
  const overlaps = [];
  for (const chart of inside.querySelectorAll("svg[role=img]")) {
    const texts = Array.from(chart.querySelectorAll("text")).filter(seen).map(text => [text.textContent, text.getBoundingClientRect()]);
    texts.forEach(([one, a], place) => texts.slice(place + 1).forEach(([other, b]) => {
      if (a.left < b.right && b.left < a.right && a.top + 2 < b.bottom && b.top + 2 < a.bottom) overlaps.push(one + " / " + other);
    }));
  }
  return { width: inside.documentElement.scrollWidth, outside, overlaps, rows: rows(inside) };
}
(async () => {
  const result = {};
  const desk = await frame(1280, page), phone = await frame(390, page), unscripted = await frame(1280, page, "allow-same-origin");
  const paper = await frame(688, page.replace("@media print", "@media all"));
  result.desk = look(desk);
  result.phone = look(phone);
  result.paper = look(paper, true);
  result.unscripted = { rows: rows(unscripted), search: seen(unscripted.querySelector("#search") || unscripted.body) };
  const field = desk.querySelector("#search-text");
  if (field) {
    field.value = search;
    field.dispatchEvent(new Event("input"));
    result.found = rows(desk);
    result.said = desk.querySelector("output").textContent;
  }
  result.owned = window.owned === true || desk.images.length > 0 || desk.scripts.length !== 1;
  const out = document.createElement("pre");
  out.id = "result";
  out.textContent = JSON.stringify(result);
  document.body.append(out);
})();
</script>"""


def quoted(text):
    return json.dumps(text).replace("<", "\\u003c")


with tempfile.TemporaryDirectory() as folder:
    with open(f"{folder}/harness.html", "w", encoding="utf-8") as file:
        file.write(harness.replace("PAGE", quoted(page), 1).replace("SEARCH", quoted(sys.argv[2]), 1))
    run = subprocess.run(
        [browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--window-size=1400,1000",
         f"--user-data-dir={folder}/profile", "--virtual-time-budget=20000", "--dump-dom", f"file://{folder}/harness.html"],
        capture_output=True, text=True, timeout=120)
found = re.search(r'<pre id="result">(.*?)</pre>', run.stdout, re.S)
if not found:
    sys.exit(f"the browser said nothing of use\n{run.stdout[-500:]}\n{run.stderr[-1000:]}")
print(html.unescape(found.group(1)))
