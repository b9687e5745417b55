// The last questions, kept in this browser alone: offered in the box, and listed on the welcome page.

const KEY = "newsarchive.recent";
const MOST = 8;

const read = () => {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((text) => typeof text === "string").slice(0, MOST) : [];
  } catch {
    return []; // storage may be switched off, or hold what another program wrote
  }
};

const write = (questions) => {
  try {
    localStorage.setItem(KEY, JSON.stringify(questions));
  } catch {
    // without storage there are no recent searches
  }
};

export function setUpRecent() {
  const box = document.getElementById("q");
  const found = document.querySelector(".results .cards");
  const asked = new URLSearchParams(location.search).get("q")?.trim();
  if (found && asked) write([asked, ...read().filter((text) => text !== asked)].slice(0, MOST));

  const questions = read();
  if (box && questions.length) {
    const list = document.createElement("datalist");
    list.id = "recent-questions";
    list.append(...questions.map((text) => new Option(text)));
    box.after(list);
    box.setAttribute("list", list.id);
  }
  const section = document.getElementById("recent");
  if (!section || !questions.length) return;
  section.querySelector("ul").append(
    ...questions.map((text) => {
      const link = document.createElement("a");
      link.href = `${section.dataset.search}?q=${encodeURIComponent(text)}`;
      link.textContent = text;
      link.dir = "auto";
      const item = document.createElement("li");
      item.append(link);
      return item;
    }),
  );
  section.querySelector("button").addEventListener("click", () => {
    write([]);
    section.hidden = true;
  });
  section.hidden = false;
}
