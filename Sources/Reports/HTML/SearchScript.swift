/// The page's only script: it narrows the listed rows to those that contain what is typed. Without it all rows stand there.
enum SearchScript {
    /// For the page's content security policy: no other script runs. SHA-256 of ``source`` in base64; a test compares them.
    static let digest = "sha256-MOay7UkVefoWqPBL1PMC74kxrIann+uICU9hgSdW+fQ="

    static let source: HTML = """

        (() => {
          const form = document.getElementById("search");
          const rows = Array.from(document.querySelectorAll("#listed tbody tr"));
          if (!form || rows.length === 0) return;
          const text = form.querySelector("input"), action = form.querySelector("select");
          const shown = form.querySelector("output");
          const haystacks = rows.map(row => row.textContent.toLowerCase());
          const narrow = () => {
            const words = text.value.toLowerCase().split(/\\s+/).filter(word => word !== "");
            let count = 0;
            rows.forEach((row, place) => {
              const fits = words.every(word => haystacks[place].includes(word))
                && (action.value === "" || row.dataset.action === action.value);
              row.hidden = !fits;
              if (fits) count += 1;
            });
            shown.textContent = count === rows.length ? "" : count + " of " + rows.length + " listed rows";
          };
          form.addEventListener("submit", event => event.preventDefault());
          text.addEventListener("input", narrow);
          action.addEventListener("change", narrow);
          form.hidden = false;
        })();

        """
}
