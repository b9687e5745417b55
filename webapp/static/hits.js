// Walking through the marked words of an article: n and p, the two links, and "3 of 17".

import { keyOf } from "./keys.js";

export function setUpHits(typing) {
  const bar = document.querySelector(".hits");
  if (!bar) return;
  const total = Number(bar.dataset.hits);
  const number = document.getElementById("hit-number");
  const next = document.getElementById("hit-next");
  const previous = document.getElementById("hit-previous");
  let current = Number(/^#m(\d+)$/.exec(location.hash)?.[1] ?? 0);

  const go = (to) => {
    document.getElementById(`m${current}`)?.classList.remove("here");
    current = ((to - 1 + total) % total) + 1;
    const hit = document.getElementById(`m${current}`);
    hit.classList.add("here");
    hit.scrollIntoView({ block: "center" });
    history.replaceState(history.state, "", `#m${current}`);
    number.textContent = `${bar.dataset.of.replace("#", current)} `;
  };
  const step = (event, by) => {
    event.preventDefault();
    go(current === 0 && by < 0 ? total : current + by);
  };

  next.addEventListener("click", (event) => step(event, 1));
  previous.addEventListener("click", (event) => step(event, -1));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const key = keyOf(event);
    if (key === "n") step(event, 1);
    if (key === "p") step(event, -1);
  });
  if (current) go(current);
}
