// Which of our keys was pressed: by its letter, or on a keyboard of another script by its place ("n" is ى there).

const PLACES = { KeyJ: "j", KeyK: "k", KeyN: "n", KeyP: "p", Slash: "/" };

export function keyOf(event) {
  if (event.key === "؟") return "?";
  if (/^[\x21-\x7e]$/.test(event.key)) return event.key;
  return event.shiftKey ? undefined : PLACES[event.code];
}
