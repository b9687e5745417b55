// The box that searches within a facet hides, at each letter, what is listed and does not hold them. Enter asks the
// archive, which knows the values that are not listed, too.

export function setUpFacets() {
  for (const facet of document.querySelectorAll(".facet")) {
    const input = facet.querySelector(".find input[type=search]");
    input?.addEventListener("input", () => {
      const wanted = input.value.trim().toLowerCase();
      for (const item of facet.querySelectorAll("li")) {
        item.hidden = !item.querySelector("bdi").textContent.toLowerCase().includes(wanted);
      }
    });
  }
}
