// Measures what the page loads at first, from the build's manifest, against its budgets (gzip, JavaScript).
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const DIST = new URL("../../src/trade2026/web/dist/", import.meta.url).pathname;
const BUDGETS = [
  { name: "shell", entries: ["index.html"], limit: 120_000 },
  { name: "trade", entries: ["index.html", "src/trade/TradePage.tsx"], limit: 190_000 },
  { name: "market", entries: ["index.html", "src/sim/SimPage.tsx"], limit: 190_000 },
  { name: "described page", entries: ["index.html", "src/spec/SpecPage.tsx"], limit: 320_000 },
];

/** All files that must be there before the entries run: they and what they import, not what they load later. */
function filesOf(manifest, entries) {
  const seen = new Set();
  const visit = (name) => {
    const chunk = manifest[name];
    if (!chunk || seen.has(name)) return;
    seen.add(name);
    for (const imported of chunk.imports ?? []) visit(imported);
  };
  for (const entry of entries) visit(entry);
  return [...new Set([...seen].map((name) => manifest[name].file))].filter((file) => file.endsWith(".js"));
}

const path = join(DIST, ".vite/manifest.json");
if (!existsSync(path)) {
  console.error("There is no build to measure: run `npm run build` first.");
  process.exit(2);
}
const manifest = JSON.parse(readFileSync(path, "utf8"));
let isOver = false;
for (const { name, entries, limit } of BUDGETS) {
  const missing = entries.filter((entry) => !manifest[entry]);
  if (missing.length > 0) {
    console.log(`${name.padEnd(16)} not built (${missing.join(", ")})`);
    continue;
  }
  const bytes = filesOf(manifest, entries).reduce(
    (sum, file) => sum + gzipSync(readFileSync(join(DIST, file)), { level: 9 }).length,
    0,
  );
  if (bytes > limit) isOver = true;
  const verdict = bytes > limit ? "OVER" : "ok";
  console.log(
    `${name.padEnd(16)} ${(bytes / 1000).toFixed(1).padStart(7)} kB of ${limit / 1000} kB  ${verdict}`,
  );
}
process.exit(isOver ? 1 : 0);
