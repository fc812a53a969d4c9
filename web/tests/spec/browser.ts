/** Stand-ins for what jsdom lacks of a browser: a canvas that takes every call, paths, sizes. */

export const drawn: string[] = [];

/** Make the canvas of jsdom accept drawing; `drawn` keeps the names of calls. */
export function installCanvas(): void {
  const gradient = { addColorStop: () => {} };
  const context = new Proxy({} as Record<string, unknown>, {
    get(target, name: string) {
      if (name in target) return target[name];
      if (name === "measureText") return () => ({ width: 10 });
      if (name === "createImageData") {
        return (width: number, height: number) => ({ data: new Uint8ClampedArray(width * height * 4) });
      }
      if (name.startsWith("create")) return () => gradient;
      return () => {
        drawn.push(name);
      };
    },
    set(target, name: string, value) {
      target[name] = value;
      return true;
    },
  });
  HTMLCanvasElement.prototype.getContext = (() => context) as never;
  globalThis.Path2D ??= class {
    moveTo() {}
    lineTo() {}
    rect() {}
    arc() {}
    closePath() {}
  } as never;
  window.matchMedia ??= (() => ({
    matches: false,
    addEventListener: () => {},
    removeEventListener: () => {},
    addListener: () => {},
    removeListener: () => {},
  })) as never;
}
