/// How the pages look: on a desk, on a phone, in the dark, on paper.
enum StyleSheet {
    static let source: HTML = "\(colours)\(type)\(layout)\(tables)\(charts)\(phone)\(paper)"

    private static let colours: HTML = """

        :root {
          color-scheme: light dark;
          --page: #f6f7f9; --card: #ffffff; --line: #dfe3e8; --text: #1b2430; --soft: #5b6675;
          --accent: #2563a8; --tint: #e8f0f9; --red: #b3261e; --red-tint: #fbe9e7; --amber: #8a5300; --amber-tint: #fdf1dc;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --page: #12161b; --card: #1a2027; --line: #313a45; --text: #e4e8ee; --soft: #9ba7b6;
            --accent: #74aee8; --tint: #1f2f42; --red: #ff9a90; --red-tint: #43211f; --amber: #f2c078; --amber-tint: #3d2f17;
          }
        }

        """

    private static let type: HTML = """
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, -apple-system, "Segoe UI",
          Roboto, "Noto Sans", "DejaVu Sans", sans-serif; overflow-wrap: break-word; }
        h1 { margin: 0; font-size: 1.6rem; line-height: 1.25; font-weight: 650; text-wrap: balance; }
        h2 { margin: 0 0 .75rem; font-size: 1.1rem; line-height: 1.3; font-weight: 650; }
        h3 { margin: 1.25rem 0 .5rem; font-size: .95rem; font-weight: 650; }
        p { margin: 0 0 .75rem; max-width: 75ch; }
        p.wide { max-width: none; }
        a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: 2px; }
        code, .id { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .875em; }
        .id { overflow-wrap: anywhere; }
        .soft, .facts, .none, .clock { color: var(--soft); }
        .small { display: block; font-size: .8rem; color: var(--soft); font-weight: 400; }
        time { white-space: nowrap; }

        """

    private static let layout: HTML = """
        header, main { max-width: 1120px; margin: 0 auto; padding: 0 24px; }
        header { padding-top: 32px; padding-bottom: 8px; }
        .kind { margin: 0 0 .25rem; color: var(--accent); font-weight: 600; }
        .facts { margin: .5rem 0 0; font-size: .9rem; max-width: none; }
        nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; margin: 1rem 0 0; padding: 0; list-style: none; font-size: .9rem; }
        section { margin: 16px 0; padding: 20px 24px; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
        section > :last-child, section > p:last-child { margin-bottom: 0; }
        main { padding-bottom: 48px; }
        .tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(210px, 1fr)); gap: 16px 24px; margin: 0; }
        .tiles + p { margin-top: 1rem; }
        .tiles div { border-left: 3px solid var(--line); padding-left: 12px; }
        .tiles dt { font-weight: 600; }
        .tiles dd { margin: 0; }
        .tiles dd.count { font-size: 1.5rem; line-height: 1.3; font-weight: 650; font-variant-numeric: tabular-nums; }
        .tiles dd.meaning { font-size: .85rem; color: var(--soft); }
        .tiles .good { border-color: var(--accent); }
        .tiles .watch { border-color: var(--amber); }
        .tiles .bad { border-color: var(--red); }
        .alarm-box { margin: 0 0 .75rem; padding: 10px 14px; border-radius: 6px; background: var(--red-tint); color: var(--red); max-width: none; }
        .badge { display: inline-block; padding: 0 8px; border-radius: 999px; font-size: .8rem; line-height: 1.55; font-weight: 600;
          white-space: nowrap; background: var(--tint); color: var(--accent); }
        .badge.watch { background: var(--amber-tint); color: var(--amber); }
        .badge.bad { background: var(--red-tint); color: var(--red); }
        .badge.plain { background: none; color: var(--soft); padding: 0; }
        ul.plain { margin: 0 0 .75rem; padding-left: 1.2rem; }

        """

    private static let tables: HTML = """
        .scroll { overflow-x: auto; margin: 0 -24px; padding: 0 24px; }
        .scroll:focus-visible, input:focus-visible, select:focus-visible, summary:focus-visible, a:focus-visible {
          outline: 2px solid var(--accent); outline-offset: 2px; }
        table { width: 100%; border-collapse: collapse; font-size: .9rem; }
        th, td { padding: 7px 16px 7px 0; text-align: left; vertical-align: baseline; border-bottom: 1px solid var(--line); }
        th:last-child, td:last-child { padding-right: 0; }
        tbody tr:last-child > * { border-bottom: 0; }
        thead th { color: var(--soft); font-size: .8rem; font-weight: 600; white-space: nowrap; }
        tbody th { font-weight: 500; }
        .n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
        td.n + td:not(.n), th.n + th:not(.n) { padding-left: 12px; }
        details { margin-top: .25rem; }
        summary { cursor: pointer; color: var(--accent); font-size: .9rem; }
        th[data-name="Policy"], td[data-name="Policy"] { min-width: 8.5rem; }
        details .scroll { max-width: 30rem; }
        #search { display: flex; flex-wrap: wrap; gap: 8px 12px; align-items: center; margin: 0 0 1rem; }
        #search[hidden] { display: none; }
        input, select { font: inherit; color: inherit; background: var(--page); border: 1px solid var(--line); border-radius: 6px; padding: 6px 10px; }
        input { flex: 1 1 260px; min-width: 0; max-width: 420px; }
        output { color: var(--soft); font-size: .9rem; }
        .seen-not-read { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
        .cards tbody th { min-width: 8.5rem; }
        .rows th:first-child { min-width: 13rem; }
        .rows td:last-child { min-width: 18rem; width: 46%; overflow-wrap: anywhere; }

        """

    private static let charts: HTML = """
        figure { margin: 0; }
        .plot { padding: 0 20px 0 44px; }
        .plot svg { display: block; overflow: visible; }
        .grid { stroke: var(--line); }
        .axis { stroke: var(--soft); }
        .tick, .label { fill: var(--soft); font-size: 12px; font-variant-numeric: tabular-nums; }
        .tick { text-anchor: end; }
        .label { text-anchor: middle; }
        .label.phone { display: none; }
        .gap { stroke: var(--card); stroke-width: 4; }
        .cut { fill: var(--red); font-size: 12px; text-anchor: start; }
        .bar { fill: var(--accent); }
        .bar.alarm { fill: var(--red); }
        .touch { fill: transparent; }
        .touch:hover { fill: var(--text); fill-opacity: .06; }
        .curve { fill: none; stroke: var(--accent); stroke-width: 2; vector-effect: non-scaling-stroke; stroke-linejoin: round; }
        .area { fill: var(--accent); fill-opacity: .14; }
        .peak { fill: var(--card); stroke: var(--accent); stroke-width: 2; }
        line.limit { stroke: var(--red); stroke-dasharray: 6 4; }
        text.limit { fill: var(--red); font-size: 12px; text-anchor: end; }
        .key { display: inline-block; width: 10px; height: 10px; margin-right: 6px; border-radius: 2px; background: var(--accent); }
        .key.alarm { background: var(--red); }

        """

    /// Rows of texts become cards: a line of five columns has no room.
    private static let phone: HTML = """
        @media (max-width: 640px) {
          header, main { padding-left: 12px; padding-right: 12px; }
          header { padding-top: 20px; }
          h1 { font-size: 1.3rem; text-wrap: wrap; }
          section { padding: 16px; margin: 12px 0; }
          .scroll { margin: 0 -16px; padding: 0 16px; }
          .tiles { grid-template-columns: repeat(auto-fill, minmax(140px, 1fr)); gap: 14px 16px; }
          .plot { padding: 0 12px 0 38px; }
          .label.minor { display: none; }
          .label.phone { display: inline; }
          .cards, .cards tbody, .cards tr, .cards th, .cards td { display: block; }
          .cards thead { display: none; }
          .cards tr { padding: 10px 0; border-bottom: 1px solid var(--line); }
          .cards tr[hidden] { display: none; }
          .cards tr:first-child { padding-top: 0; }
          .cards tr:last-child { border-bottom: 0; padding-bottom: 0; }
          .cards tr > :is(th, td):is(*, :first-child, :last-child) { padding: 1px 0; border: 0; min-width: 0; width: auto; }
          .cards th { font-weight: 600; overflow-wrap: anywhere; }
          .cards td { overflow-wrap: anywhere; }
          .cards td[data-name]::before { content: attr(data-name) " "; color: var(--soft); }
          .cards td.n { display: inline-block; margin-right: 16px; text-align: left; }
          .cards td:has(> .none) { display: none; }
        }

        """

    private static let paper: HTML = """
        @media print {
          :root { color-scheme: light; --page: #fff; --card: #fff; --line: #ccc; --text: #000; --soft: #444; --accent: #1d4f87;
            --tint: #eef3f9; --red: #9b1c15; --red-tint: #fbeae8; --amber: #6f4300; --amber-tint: #fbf1df; }
          @page { margin: 16mm 14mm; }
          body { font-size: 10pt; }
          * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
          header, main { max-width: none; padding: 0; }
          header { margin-bottom: 14pt; }
          nav, #search, details { display: none; }
          section { border: 0; padding: 0; margin: 0 0 18pt; }
          .scroll { overflow: visible; margin: 0; padding: 0; }
          .rows th:first-child, .rows td:last-child, td[data-name="Policy"], .cards tbody th { min-width: 0; }
          table, details table { font-size: 8pt; }
          th, td { padding: 3pt 8pt 3pt 0; overflow-wrap: anywhere; }
          thead th { font-size: 7.5pt; white-space: normal; overflow-wrap: break-word; }
          .badge, .small { font-size: 7.5pt; }
          h2, h3 { break-after: avoid; }
          tr, figure, .tiles div { break-inside: avoid; }
          thead { display: table-header-group; }
        }
        """
}
