// Writes a .gz and a .br beside every text asset of a build, so that the server need not compress.
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const TEXT = /\.(js|css|html|svg|json|webmanifest)$/;
const SMALLEST = 512;

/** Every file below a folder, as paths. */
export function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

/** Compress the text assets of a folder; a copy is kept only where it is smaller. */
export function precompressFolder(folder) {
  for (const path of filesBelow(folder)) {
    if (!TEXT.test(path) || statSync(path).size < SMALLEST) continue;
    const bytes = readFileSync(path);
    const gz = gzipSync(bytes, { level: 9 });
    const br = brotliCompressSync(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    });
    if (gz.length < bytes.length) writeFileSync(`${path}.gz`, gz);
    if (br.length < bytes.length) writeFileSync(`${path}.br`, br);
  }
}

/** A vite plugin that compresses what the build wrote. */
export function precompress() {
  let folder = "";
  return {
    name: "precompress",
    apply: "build",
    configResolved(config) {
      folder = join(config.root, config.build.outDir);
    },
    closeBundle() {
      precompressFolder(folder);
    },
  };
}
