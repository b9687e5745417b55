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

const sheet = document.getElementById("keys");
// Letters are our keys where nothing is written: not in a field, and not below the list of keys.
const typing = (target) =>
  sheet.open || target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");

// The title of the result that lies so many places from the one that has the focus, else from the one that the page
// was opened at (the way back from an article names it); the first where there is neither.
const resultAt = (by) => {
  const cards = [...document.querySelectorAll(".cards > .card")];
  const here = cards.indexOf(document.activeElement.closest(".card") ?? document.querySelector(".card:target"));
  return (here < 0 ? cards[0] : cards[here + by])?.querySelector(".title a");
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const key = keyOf(event);
  if (key === "?") sheet.showModal();
  if (key === "/") {
    const box = document.getElementById("q");
    if (!box) return;
    event.preventDefault();
    box.focus();
    box.select();
  }
  if (key === "j" || key === "k") {
    // In an article: the next and the previous result of the search that it was opened from.
    const link = document.querySelector(`.trail [aria-keyshortcuts="${key}"]`);
    if (link) return link.click();
    const title = resultAt(key === "j" ? 1 : -1);
    title?.focus({ preventScroll: true });
    title?.closest(".card").scrollIntoView({ block: "nearest" });
  }
});
document.querySelector("[data-opens=keys]").addEventListener("click", () => sheet.showModal());
// Beside the sheet is the sheet's own backdrop.
sheet.addEventListener("click", (event) => (event.target === sheet || event.target.closest("button")) && sheet.close());

// On a phone the places go beyond the edge: the one that is open must not lie there.
const place = document.querySelector(".places [aria-current]");
if (place) {
  const row = place.parentElement;
  const [edges, its] = [row.getBoundingClientRect(), place.getBoundingClientRect()];
  row.scrollLeft += Math.max(0, its.right - edges.right) + Math.min(0, its.left - edges.left);
}

setUpHits(typing);
setUpWords();
setUpGlosses();
setUpFacets();
setUpHistogram();
setUpRecent();
setUpSearching();
setUpTicks();
