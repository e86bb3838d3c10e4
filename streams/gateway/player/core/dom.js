/** Elements, without markup in strings: what tracks are called can never become a tag. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * Make an element.
 *
 * Properties that are functions are listeners ("click"), `data-` and `aria-` names and all others
 * attributes; null and false leave an attribute out. Children that are null are left out.
 */
export function el(tag, properties = {}, ...children) {
  return filled(document.createElement(tag), properties, children);
}

/** Make an element of an SVG drawing; as `el`. */
export function svg(tag, properties = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), properties, children);
}

/** Make one of the icons of icons.svg; said to nobody, for its button has a label. */
export function icon(name) {
  return svg(
    "svg",
    { class: "icon", "aria-hidden": "true" },
    svg("use", { href: `icons.svg#${name}` }),
  );
}

/** Change which icon an element shows. */
export function setIcon(element, name) {
  element.querySelector("use").setAttribute("href", `icons.svg#${name}`);
}

/** The element of an id that the page surely has. */
export function byId(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found;
}

/** Fill the part of a range control that is done, for browsers that have no such part. */
export function setRange(input, value, most) {
  input.max = String(most);
  input.value = String(value);
  input.style.setProperty("--done", `${most > 0 ? (100 * value) / most : 0}%`);
}

/** Say whether whoever looks asked for little motion. */
export const prefersStillness = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

function filled(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name, value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}
