// Dragging over the histogram chooses the time between two bars.

export function setUpHistogram() {
  const chart = document.querySelector(".histogram");
  if (!chart) return;
  const bars = [...chart.querySelectorAll("a[data-period]")];
  let from = null;
  let to = null;

  const barAt = (event) => {
    let nearest = null;
    let distance = Infinity;
    for (const bar of bars) {
      const box = bar.getBoundingClientRect();
      const away = Math.abs(event.clientX - (box.left + box.right) / 2);
      if (away < distance) [nearest, distance] = [bar, away];
    }
    return nearest;
  };
  const show = () => {
    const [low, high] = [bars.indexOf(from), bars.indexOf(to)].sort((a, b) => a - b);
    bars.forEach((bar, index) => bar.classList.toggle("within", low >= 0 && index >= low && index <= high));
    return [bars[low], bars[high]];
  };

  chart.addEventListener("dragstart", (event) => event.preventDefault());
  chart.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.pointerType === "touch") return;
    from = to = barAt(event);
  });
  window.addEventListener("pointermove", (event) => {
    if (!from) return;
    to = barAt(event);
    if (to !== from) show();
  });
  window.addEventListener("pointerup", () => {
    if (from && to && from !== to) {
      const [first, last] = show();
      const url = new URL(first.href.baseVal ?? first.href, location.href);
      url.searchParams.set("to", last.dataset.period);
      location.assign(url);
    }
    from = to = null;
  });
}
