/* A stock document by keyboard alone. Enter goes on, at the end of the last line it makes a new
   one; arrows go up and down a column; Ctrl+Enter posts, Ctrl+S saves, Ctrl+Backspace takes a line
   out. The server checks everything again: nothing here decides. */
"use strict";
(() => {
  const form = document.querySelector("form.paper");
  if (!form || !form.querySelector("template")) return;
  const goods = JSON.parse(document.getElementById("goods").textContent);
  const byName = new Map(goods.map((good) => [good.name.toLowerCase(), good]));
  const byId = new Map(goods.map((good) => [good.id, good]));
  const body = form.querySelector("tbody");
  const blank = form.querySelector("template").content.firstElementChild;
  const number = (text) => {
    const plain = text.replace(/[^\d]*$/, "").replace(/[\s\u00a0\u202f]/g, "");
    const mark = Math.max(plain.lastIndexOf(","), plain.lastIndexOf("."));
    const whole = mark < 0 ? plain : plain.slice(0, mark).replace(/[.,]/g, "") + "." + plain.slice(mark + 1);
    return /^[-+\u2212]?(\d+\.?\d*|\.\d+)$/.test(whole) ? Number(whole.replace("\u2212", "-")) : null;
  };
  const mark = document.documentElement.lang === "en" ? "." : ",";
  const figure = (value) => value.toFixed(2).replace(".", mark);
  const cell = (row, name) => row.querySelector(`[name="${name}"]`);
  const found = (text) => {
    const typed = text.trim().toLowerCase();
    if (!typed) return null;
    return byName.get(typed) || byId.get(typed) ||
      goods.find((good) => good.codes.includes(typed)) ||
      goods.find((good) => good.name.toLowerCase().startsWith(typed)) ||
      goods.find((good) => good.name.toLowerCase().includes(typed)) || null;
  };

  function choose(row, finish) {
    const input = cell(row, "good");
    const good = found(input.value);
    if (good && finish) input.value = good.name;
    const known = good && input.value === good.name;
    row.querySelector(".unit").textContent = known ? good.unit_name : "";
    const last = row.querySelector(".last");
    if (last) last.textContent = known && good.last !== null ? good.last.replace(".", mark) : "";
    return good;
  }

  function sums(row) {
    const sum = cell(row, "sum");
    if (sum && !sum.dataset.typed) {
      const qty = number(cell(row, "qty").value), price = number(cell(row, "price").value);
      sum.value = qty !== null && price !== null ? figure(Math.round(qty * price * 100) / 100) : "";
    }
    const last = row.querySelector(".last"), change = row.querySelector(".change");
    if (change) {
      const before = number(last.textContent), now = number(cell(row, "price").value);
      const part = before && now !== null ? ((now - before) / before) * 100 : null;
      change.textContent = part === null ? "" : `${part > 0 ? "+" : part < 0 ? "−" : ""}${Math.abs(part).toFixed(1).replace(".", mark)} %`;
      change.classList.toggle("bad", part !== null && Math.abs(part) > 10);
    }
    total();
  }

  function total() {
    const shown = form.querySelector(".sum-of-lines");
    if (!shown) return;
    let all = 0;
    for (const input of body.querySelectorAll('[name="sum"]')) all += number(input.value) || 0;
    shown.textContent = figure(all).replace(/\B(?=(\d{3})+(?!\d))/g, "\u00a0");
  }

  const rows = () => [...body.children];
  const fields = (row) => [...row.querySelectorAll("input:not([type=hidden]), select")];

  function renumber() {
    rows().forEach((row, at) => { row.querySelector(".no").textContent = at + 1; });
  }

  function addRow() {
    const row = blank.cloneNode(true);
    body.append(row);
    renumber();
    return row;
  }

  function next(input) {
    const row = input.closest("tr");
    if (!row || row.parentElement !== body) {
      const heads = [...form.querySelectorAll(".paper-head input, .paper-head select")].filter((one) => one.type !== "hidden");
      const after = heads[heads.indexOf(input) + 1];
      (after || fields(body.firstElementChild || addRow())[0]).focus();
      return;
    }
    if (input.name === "good" && !input.value.trim()) {
      form.querySelector("[data-main]")?.focus();
      return;
    }
    const inside = fields(row).filter((one) => one.tabIndex !== -1);
    const after = inside[inside.indexOf(input) + 1];
    if (after) { after.focus(); after.select?.(); return; }
    const below = row.nextElementSibling || addRow();
    fields(below)[0].focus();
  }

  function press(name) {
    const button = form.querySelector(`button[value="${name}"]`) || form.querySelector("[data-main]");
    if (button) form.requestSubmit(button);
  }

  form.addEventListener("keydown", (event) => {
    const input = event.target;
    if (event.key === "s" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); press("save"); return; }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("[data-main]"));
      return;
    }
    if (!input.matches("input, select")) return;
    const row = input.closest("tbody tr");
    if (event.key === "Enter") { event.preventDefault(); if (row && input.name === "good") choose(row, true); next(input); }
    if (!row) return;
    if (event.key === "Backspace" && event.ctrlKey) {
      event.preventDefault();
      const to = row.previousElementSibling || row.nextElementSibling;
      if (to) { row.remove(); renumber(); fields(to)[0].focus(); total(); }
    }
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && input.name !== "good" && input.tagName !== "SELECT") {
      const to = event.key === "ArrowDown" ? row.nextElementSibling : row.previousElementSibling;
      if (to) { event.preventDefault(); cell(to, input.name).focus(); }
    }
  });
  form.addEventListener("input", (event) => {
    const row = event.target.closest("tbody tr");
    form.dataset.changed = "yes";
    if (!row) return;
    event.target.classList.remove("fault");
    if (event.target.name === "sum") event.target.dataset.typed = event.target.value ? "yes" : "";
    if (event.target.name === "good") choose(row, false);
    sums(row);
  });
  form.addEventListener("change", (event) => {
    const row = event.target.closest("tbody tr");
    if (row && event.target.name === "good") { choose(row, true); sums(row); }
  });
  form.addEventListener("click", (event) => {
    if (event.target.matches(".add-line")) { fields(addRow())[0].focus(); }
    if (event.target.matches(".take-out") && rows().length > 1) {
      event.target.closest("tr").remove(); renumber(); total();
    }
  });
  form.addEventListener("submit", () => { form.dataset.changed = ""; });
  window.addEventListener("beforeunload", (event) => { if (form.dataset.changed) event.preventDefault(); });
  rows().forEach((row) => { choose(row, false); sums(row); });
  renumber();
  (form.querySelector(".fault") || form.querySelector("[data-first]"))?.focus();
})();
