/** The map's drawing, in its own units: upright on a phone. */

export const WIDTH = 1000;
export const HEIGHT = innerWidth < 640 ? 1000 : 620;
