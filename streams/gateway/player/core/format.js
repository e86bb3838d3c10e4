/** Numbers and lists as people say them. */

/** Seconds as minutes: 75 -> "1:15". */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(Number.isFinite(seconds) ? seconds : 0));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** A count with its noun: (2, "skip") -> "2 skips". */
export function counted(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** A count with its noun, one being "a": (1, "skip") -> "a skip". */
export function some(count, noun) {
  if (count > 1) return counted(count, noun);
  return `${/^[aeiou]/.test(noun) ? "an" : "a"} ${noun}`;
}

const STEM = 4;
/** Letters by which two words count as one. */

/** The words without those that nearly repeat an earlier one: "tender", not "tenderness". */
export function distinct(words) {
  const met = new Set();
  return words.filter((word) => {
    const stems = word.split(/[ -]/).map((part) => part.slice(0, STEM));
    const isNew = !stems.some((stem) => met.has(stem));
    for (const stem of stems) met.add(stem);
    return isNew;
  });
}

/** Things in a row: ["a", "b", "c"] -> "a, b and c". */
export function listed(things) {
  if (things.length < 2) return things.join("");
  return `${things.slice(0, -1).join(", ")} and ${things.at(-1)}`;
}

/** A contribution with its sign: 0.5 -> "+0.50"; the minus is a real one. */
export function signed(value, digits = 2) {
  const text = Math.abs(value).toFixed(digits);
  return Number(text) === 0 ? text : (value < 0 ? "−" : "+") + text;
}

/** How long ago, roughly. */
export function ago(then, now = Date.now()) {
  const minutes = Math.floor((now - then) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${counted(minutes, "minute")} ago`;
  return new Date(then).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

/** The first letter large. */
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
