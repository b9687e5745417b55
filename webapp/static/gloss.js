// Reading help: the English of the word under the pointer, the finger or the keyboard's place.

const ARABIC = /[\u0620-\u065f\u0670-\u06d3\ufb50-\ufdfb\ufe70-\ufefc]+/g;
const BESIDE = 3; // words on each side: phrases have four

export function setUpGlosses() {
  const texts = [...document.querySelectorAll("[data-gloss]")];
  if (!texts.length) return;
  const known = new Map();
  const bubble = document.createElement("div");
  bubble.className = "bubble";
  bubble.setAttribute("role", "status");
  bubble.hidden = true;
  document.body.append(bubble);
  let here = null; // the word that is explained
  let place = null; // where the arrow keys go on from
  let timer = 0;

  // A word may mean one thing in one article and another in the next.
  const ask = (node) => {
    const asked = new URLSearchParams({ w: node.textContent, before: beside(node, -1), after: beside(node, 1) });
    const address = `${node.closest("[data-gloss]").dataset.gloss}&${asked}`;
    if (!known.has(address)) {
      const answer = fetch(address)
        .then((response) => (response.ok ? response.json() : Promise.reject(response.status)))
        .catch(() => {
          known.delete(address);
          return null;
        });
      known.set(address, answer);
    }
    return known.get(address);
  };
  const line = (className, content, lang) => {
    const node = document.createElement("span");
    node.className = className;
    node.textContent = content;
    if (lang) {
      node.lang = lang;
      node.dir = "ltr";
    }
    return node;
  };
  const show = async (node) => {
    clearTimeout(timer); // what was to hide an earlier word must not hide this one
    here?.classList.remove("asked");
    if (here !== node) bubble.hidden = true; // another word's meaning must not stand at this one
    here = node;
    here.classList.add("asked");
    const text = node.closest("[data-gloss]");
    const answer = await ask(node);
    if (here !== node || !answer) return;
    bubble.replaceChildren(
      answer.glosses.length ? line("means", answer.glosses.join(", "), "en") : line("means", text.dataset.unknown),
      line("sounds", answer.sounds, "ar-Latn"),
    );
    bubble.hidden = false;
    const box = node.getBoundingClientRect();
    const width = bubble.offsetWidth;
    const left = Math.min(Math.max(8, box.left + box.width / 2 - width / 2), document.documentElement.clientWidth - width - 8);
    bubble.style.left = `${left + scrollX}px`;
    // Above, where no finger lies, and the way down to the next line is free.
    const below = box.bottom + 6;
    const above = box.top - bubble.offsetHeight - 6;
    bubble.style.top = `${(above > 0 ? above : below) + scrollY}px`;
  };
  const hide = () => {
    clearTimeout(timer);
    here?.classList.remove("asked");
    here = null;
    bubble.hidden = true;
  };

  // Words become elements of their own paragraph by paragraph, when one is first touched: a text may be long.
  const words = (paragraph) => {
    if (!paragraph.dataset.cut) {
      paragraph.dataset.cut = "1";
      const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
      const nodes = [];
      while (walker.nextNode()) nodes.push(walker.currentNode);
      for (const node of nodes) {
        const pieces = [];
        let position = 0;
        for (const found of node.data.matchAll(ARABIC)) {
          pieces.push(node.data.slice(position, found.index), line("w", found[0]));
          position = found.index + found[0].length;
        }
        if (pieces.length) node.replaceWith(...pieces, node.data.slice(position));
      }
    }
    return [...paragraph.querySelectorAll(".w")];
  };

  // The words that stand beside one with nothing but a space between.
  const beside = (node, step) => {
    const all = words(node.closest("p"));
    const found = [];
    let here = node;
    for (let place = all.indexOf(node) + step; all[place] && found.length < BESIDE; place += step) {
      const between = document.createRange();
      const [first, last] = step > 0 ? [here, all[place]] : [all[place], here];
      between.setStartAfter(first);
      between.setEndBefore(last);
      if (!/^[ \u00a0]+$/.test(between.toString())) break;
      here = all[place];
      if (step > 0) found.push(here.textContent);
      else found.unshift(here.textContent);
    }
    return found.join(" ");
  };

  const point = (text) => {
    text.addEventListener("pointerover", (event) => {
      if (event.pointerType === "touch") return; // a finger taps: see click
      const paragraph = event.target.closest("p");
      if (paragraph) words(paragraph);
      const word = event.target.closest(".w");
      clearTimeout(timer);
      if (word) timer = setTimeout(show, 120, word);
    });
    text.addEventListener("pointerout", (event) => {
      if (event.pointerType === "touch") return;
      clearTimeout(timer);
      if (!bubble.contains(event.relatedTarget)) timer = setTimeout(hide, 250);
    });
    text.addEventListener("click", (event) => {
      const paragraph = event.target.closest("p");
      clearTimeout(timer);
      if (!paragraph) return;
      words(paragraph);
      const word = document.elementFromPoint(event.clientX, event.clientY)?.closest(".w");
      // A finger asks what a marked word means, and is not to be led away to the next one.
      if (word && event.pointerType === "touch") event.preventDefault();
      if (word) show(word);
      else hide();
    });
  };
  bubble.addEventListener("pointerenter", () => clearTimeout(timer));
  bubble.addEventListener("pointerleave", hide);

  // The text of an article is one stop of the Tab key; within it the arrows go from word to word.
  const walk = (text) => {
    text.tabIndex = 0;
    text.setAttribute("role", "group");
    text.setAttribute("aria-label", text.dataset.label);
    const rtl = getComputedStyle(text).direction === "rtl";
    text.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: rtl ? 1 : -1, ArrowRight: rtl ? -1 : 1 }[event.key];
      if (!by || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      const paragraphs = [...text.querySelectorAll("p")];
      const from = text.contains(place) ? place : null;
      let number = from ? paragraphs.indexOf(from.closest("p")) : 0;
      let next = from ? words(paragraphs[number]).indexOf(from) + by : 0;
      while (paragraphs[number] && !words(paragraphs[number])[next]) {
        number += by;
        next = by > 0 || !paragraphs[number] ? 0 : words(paragraphs[number]).length - 1;
      }
      const word = paragraphs[number] && words(paragraphs[number])[next];
      if (!word) return;
      word.scrollIntoView({ block: "nearest" });
      place = word;
      show(word);
    });
    text.addEventListener("blur", hide);
  };
  texts.forEach(point);
  texts.filter((text) => text.dataset.label).forEach(walk);
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
  document.addEventListener("pointerdown", (event) => {
    if (!event.target.closest?.("[data-gloss], .bubble")) hide();
  });
}
