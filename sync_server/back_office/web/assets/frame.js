/* On a low screen the navigation is longer than the window: where one is, is brought into sight.
   Figures to type into stand with the mark that the language writes; the server reads both. */
"use strict";
(() => {
  let tries = 60;
  function sight() {
    const here = document.querySelector("nav a.here");
    if (here) here.scrollIntoView({ block: "nearest" });
    else if (tries--) requestAnimationFrame(sight);
  }
  function marks() {
    if (document.documentElement.lang === "en") return;
    for (const box of document.querySelectorAll('input[inputmode="decimal"]'))
      if (/^-?\d+\.\d+$/.test(box.value)) box.value = box.defaultValue = box.value.replace(".", ",");
  }
  sight();
  marks();
})();
