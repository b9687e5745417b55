// A search that takes long: the box shows that it is asked, and its page how far it is.

const EVERY = 500; // milliseconds

export function setUpSearching() {
  for (const form of document.querySelectorAll("form[role=search]")) {
    form.addEventListener("submit", () => form.setAttribute("aria-busy", "true"));
  }
  // A page that the browser kept in memory is not waiting any more.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[aria-busy]")) form.removeAttribute("aria-busy");
  });

  const section = document.querySelector(".searching");
  if (!section) return;
  const bar = section.querySelector("progress");
  const stage = document.getElementById("stage");
  const ask = async () => {
    const answer = await fetch(section.dataset.progress)
      .then((response) => (response.ok ? response.json() : null))
      .catch(() => null);
    if (!answer || answer.done) {
      location.reload(); // the answer waits there, or the reason why there is none
      return;
    }
    bar.value = answer.seconds;
    if (stage.textContent !== answer.stage) stage.textContent = answer.stage;
    setTimeout(ask, EVERY);
  };
  setTimeout(ask, EVERY);
}
