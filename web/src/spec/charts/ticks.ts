/** Places for the marks of an axis. */

/** Round numbers within a range, at most `most` of them: steps of 1, 2 or 5 times a power of ten. */
export function ticksOf(low: number, high: number, most: number): number[] {
  if (!(high > low) || most < 1) return [];
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((each) => each * power >= rough) ?? 10) * power;
  const first = Math.ceil(low / step);
  const ticks: number[] = [];
  for (let at = first; at * step <= high; at += 1) ticks.push(Number((at * step).toPrecision(12)));
  return ticks;
}
