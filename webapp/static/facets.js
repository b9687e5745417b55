// A box to search within a facet that has many values.

const MANY = 8;

export function setUpFacets() {
  for (const facet of document.querySelectorAll(".facet")) {
    const items = [...facet.querySelectorAll("li")];
    if (items.length <= MANY) continue;
    const input = document.createElement("input");
    input.type = "search";
    input.className = "find";
    input.dir = "auto";
    input.placeholder = facet.dataset.find;
    input.setAttribute("aria-label", input.placeholder);
    input.addEventListener("input", () => {
      const wanted = input.value.trim().toLowerCase();
      for (const item of items) {
        item.hidden = !item.querySelector("bdi").textContent.toLowerCase().includes(wanted);
      }
    });
    facet.querySelector("ul").before(input);
  }
}
