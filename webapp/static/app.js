// What makes the pages quicker for those who have a script. Every page works without it.

import { setUpFacets } from "./facets.js";
import { setUpGlosses } from "./gloss.js";
import { setUpHistogram } from "./histogram.js";
import { setUpHits } from "./hits.js";
import { keyOf } from "./keys.js";
import { setUpRecent } from "./recent.js";
import { setUpSearching } from "./searching.js";
import { setUpTicks } from "./ticks.js";
import { setUpWords } from "./words.js";

document.documentElement.classList.add("scripted");

const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const key = keyOf(event);
  if (key === "/") {
    const box = document.getElementById("q");
    if (!box) return;
    event.preventDefault();
    box.focus();
    box.select();
  }
  // The next and the previous result of the search that an article was opened from.
  if (key === "j" || key === "k") {
    document.querySelector(`.trail [aria-keyshortcuts="${key}"]`)?.click();
  }
});

setUpHits(typing);
setUpWords();
setUpGlosses();
setUpFacets();
setUpHistogram();
setUpRecent();
setUpSearching();
setUpTicks();
