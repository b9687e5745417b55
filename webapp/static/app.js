// What makes the pages quicker for those who have a script. Every page works without it.

import { setUpHits } from "./hits.js";
import { setUpFacets } from "./facets.js";
import { setUpHistogram } from "./histogram.js";

const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const box = document.getElementById("q");
  if (!box) return;
  event.preventDefault();
  box.focus();
  box.select();
});

setUpHits(typing);
setUpFacets();
setUpHistogram();
