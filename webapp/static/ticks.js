// Ticks last from page to page of a search, for as long as the tab is open; all of them are downloaded.

const KEY = "newsarchive.ticks";
const MOST = 20; // searches whose ticks are kept, the latest

const read = () => {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((entry) => Array.isArray(entry) && Array.isArray(entry[1])) : [];
  } catch {
    return []; // storage may be switched off, or hold what another program wrote
  }
};

export function setUpTicks() {
  const form = document.getElementById("take");
  if (!form) return;
  const search = form.dataset.search;
  const boxes = [...document.querySelectorAll(".tick")];
  const told = document.getElementById("ticked");
  const number = told.querySelector("[data-ticked]");
  let ids = new Set(read().find(([name]) => name === search)?.[1]);

  const show = () => {
    for (const box of boxes) box.checked = ids.has(box.value);
    number.textContent = number.dataset.ticked.replace("#", ids.size.toLocaleString("en"));
    told.hidden = ids.size === 0;
  };
  const keep = () => {
    const others = read().filter(([name]) => name !== search);
    const kept = ids.size ? [[search, [...ids]], ...others] : others;
    try {
      sessionStorage.setItem(KEY, JSON.stringify(kept.slice(0, MOST)));
    } catch {
      // without storage ticks are of their page
    }
    show();
  };

  document.addEventListener("change", (event) => {
    if (!event.target.matches(".tick")) return;
    if (event.target.checked) ids.add(event.target.value);
    else ids.delete(event.target.value);
    keep();
  });
  told.querySelector("button").addEventListener("click", () => {
    ids = new Set();
    keep();
    form.querySelector("[type=submit]").focus(); // the button is gone
  });
  form.addEventListener("formdata", ({ formData }) => {
    formData.delete("id");
    for (const id of ids) formData.append("id", id);
  });
  // What is ticked on many pages is more than an address holds.
  form.addEventListener("submit", () => (form.method = ids.size ? "post" : "get"));
  // A page that comes back from memory has the ticks of then; other pages may have ticked since.
  window.addEventListener("pageshow", () => {
    ids = new Set(read().find(([name]) => name === search)?.[1]);
    show();
  });
  show();
}
