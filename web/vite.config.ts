/** How the page is built, served to developers and tested. */
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { precompress } from "./tools/precompress.mjs";

const SERVER = process.env.TRADE2026_SERVER ?? "http://127.0.0.1:8026";

export default defineConfig({
  base: "./",
  plugins: [react(), precompress()],
  build: {
    outDir: "../src/trade2026/web/dist",
    emptyOutDir: true,
    manifest: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    port: 5173,
    strictPort: true,
    proxy: {
      "/api": { target: SERVER },
      "/ws": { target: SERVER, ws: true },
    },
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}", "tests/**/*.test.{ts,tsx}"],
    setupFiles: ["./tests/setup.ts"],
    testTimeout: 30_000, // A busy machine may take six times as long; what hangs is found all the same.
    restoreMocks: true,
  },
});
