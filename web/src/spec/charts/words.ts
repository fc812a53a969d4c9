/** How much room words of a chart take at its 11 pixels: an estimate from above, the same wherever it is made. */

const CAPITAL = 7.6;
const WIDE = 10.6;
const NARROW = 4;
const OTHER = 6.6;

/** Pixels that a text is wide, at most. */
export function widthOf(text: string): number {
  let width = 0;
  for (const letter of text) width += glyphOf(letter);
  return width;
}

function glyphOf(letter: string): number {
  if (/[MWmw%]/.test(letter)) return WIDE;
  if (/[.,:;'|ijlI ]/.test(letter)) return NARROW;
  return /[A-Z]/.test(letter) ? CAPITAL : OTHER;
}

/** As much of a name as fits, at least two letters; what is cut off has dots for it. */
export function fitted(name: string, room: number): string {
  if (widthOf(name) <= room) return name;
  let kept = name.slice(0, 2);
  for (const letter of name.slice(2)) {
    if (widthOf(`${kept}${letter}…`) > room) break;
    kept += letter;
  }
  return `${kept}…`;
}
