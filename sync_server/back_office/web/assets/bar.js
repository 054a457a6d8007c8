/* What the bottles on the scale hold, shown while it is typed. The server counts again. */
"use strict";
(() => {
  const form = document.querySelector("form.bar");
  if (!form) return;
  const shapes = JSON.parse(document.getElementById("shapes").textContent);
  function show(row) {
    const [nominal, full, tare] = shapes[row.dataset.key];
    const bottles = Number(row.querySelector("[name=full]").value || 0);
    const grams = row.querySelector("[name=weighed]").value.split(/[\s,;+]+/).filter(Boolean).map(Number);
    const left = (weight) => Math.min(Math.max(Math.floor((2 * nominal * (weight - tare) + full - tare) / (2 * (full - tare))), 0), nominal);
    const all = grams.reduce((sum, weight) => sum + left(weight), bottles * nominal);
    row.querySelector(".ml").textContent = Number.isFinite(all) && (bottles || grams.length) ? all : "";
  }
  const rows = [...form.querySelectorAll("tbody tr")];
  const fields = [...form.querySelectorAll("tbody input:not([type=hidden])")];
  form.addEventListener("input", (event) => { const row = event.target.closest("tr"); if (row) show(row); });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("tbody input")) return;
    event.preventDefault();
    const next = fields[fields.indexOf(event.target) + 1];
    (next || form.querySelector("[data-main]")).focus();
  });
  rows.forEach(show);
  fields[0]?.focus();
})();
