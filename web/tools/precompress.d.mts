import type { Plugin } from "vite";

export function filesBelow(folder: string): string[];
export function precompressFolder(folder: string): void;
export function precompress(): Plugin;
