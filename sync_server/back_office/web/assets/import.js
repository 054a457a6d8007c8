/* Pages that take a file, as long as there is one to be taken: the name of the chosen file, and how far a file is that is being worked on. */
"use strict";
(() => {
  const file = document.querySelector("input[type=file]"), name = document.querySelector("[data-chosen]");
  file?.addEventListener("change", () => { if (file.files.length) name.textContent = file.files[0].name; });
  const job = document.querySelector("[data-job]");
  if (!job) return;
  async function look() {
    try {
      const answer = await fetch(job.dataset.job, { credentials: "same-origin" });
      const state = answer.ok ? await answer.json() : { over: true };
      if (state.over) { location.reload(); return; }
      job.querySelector("[data-said]").textContent = state.said;
    } catch { /* The line is away: ask again. */ }
    setTimeout(look, 700);
  }
  look();
})();
