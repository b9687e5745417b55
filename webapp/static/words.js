// A word of the question and its partners in the texts: pointing at one, or focusing it, marks the others.
// A click (or Enter) holds the mark, so that one can look for the partners without keeping still.

const split = (node) => node.dataset.word.split(" ").filter(Boolean);

export function setUpWords() {
  let held = null;

  const light = (origin) => {
    for (const node of document.querySelectorAll(".lit")) node.classList.remove("lit");
    if (!origin) return;
    const wanted = new Set(split(origin));
    const card = origin.closest(".card");
    for (const node of document.querySelectorAll("[data-word]")) {
      // A word in one card means its partners in that card; one of the plan means those of all.
      const near = !card || card.contains(node) || node.closest(".plan");
      node.classList.toggle("lit", near && split(node).some((word) => wanted.has(word)));
    }
  };
  const hold = (node) => {
    held?.setAttribute("aria-pressed", "false");
    held = held === node ? null : node;
    held?.setAttribute("aria-pressed", "true");
    light(held);
  };
  const wordOf = (event) => event.target.closest?.("[data-word]");

  for (const node of document.querySelectorAll(".pairs [data-word], .plan dt [data-word]")) {
    node.tabIndex = 0;
    node.setAttribute("role", "button");
    node.setAttribute("aria-pressed", "false");
    node.addEventListener("click", () => hold(node));
    node.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      hold(node);
    });
  }
  for (const type of ["pointerover", "focusin"]) {
    document.addEventListener(type, (event) => wordOf(event) && light(wordOf(event)));
  }
  for (const type of ["pointerout", "focusout"]) {
    document.addEventListener(type, (event) => wordOf(event) && light(held));
  }
}
