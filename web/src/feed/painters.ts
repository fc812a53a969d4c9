/** One animation-frame loop for everything that paints live values; idle while nothing changes. */

type Painter = (now: number) => void;

const painters = new Set<Painter>();
let scheduled = false;

function paint(now: number): void {
  scheduled = false;
  for (const painter of painters) painter(now);
}

/** Have every painter called at the next frame. */
export function requestPaint(): void {
  if (scheduled || painters.size === 0) return;
  scheduled = true;
  requestAnimationFrame(paint);
}

/** Call `painter` at each frame in which something may have changed; gives the way to stop. */
export function addPainter(painter: Painter): () => void {
  painters.add(painter);
  requestPaint();
  return () => painters.delete(painter);
}
