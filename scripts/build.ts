/**
 * Bundles the program into dist/ and the page into dist/ui/: `npm run build`.
 * One file for each start-up path and lazily loaded chunks keep commands fast; large SDKs stay packages of their own.
 */
import { execFileSync } from "node:child_process";
import { rename, rm } from "node:fs/promises";
import { builtinModules, createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build as bundle, type OutputChunk } from "rolldown";
import { importBuiltinsLazily } from "./builtin-imports.ts";

/** Loaded only where they are used; bundling them would only copy them. */
const PACKAGES_KEPT = /^(grammy|pg|pino-pretty|@ai-sdk\/.+|@opentelemetry\/.+)$/;
/** Optional native parts of ws: it asks for them and does without. */
const OPTIONAL_NATIVES: readonly string[] = ["bufferutil", "utf-8-validate"];

/** With all that it imports one file: each file more that a command begins with costs it a tenth of a megabyte. */
const AT_START = /[\\/]src[\\/]main\.ts$|rolldown[\\/]runtime/;

export interface BundledFile {
  readonly name: string;
  readonly bytes: number;
  readonly isEntry: boolean;
}

function packageOf(id: string): string {
  const parts = id.split("/");
  return id.startsWith("@") && parts[0] !== "@ai-sdk" ? parts.slice(0, 2).join("/") : id.startsWith("@") ? id : (parts[0] ?? id);
}

function isExternal(id: string): boolean {
  return id.startsWith("node:") || builtinModules.includes(id) || OPTIONAL_NATIVES.includes(id) || PACKAGES_KEPT.test(packageOf(id));
}

/** Programs that the gateway runs beside itself: they lie next to the one that starts them. */
export function beside(root: string): Readonly<Record<string, string>> {
  return { "store-upkeep": join(root, "src/store/engines/sqlite/upkeep/child.ts") };
}

/** Bundles `entries` (name to TypeScript file) into `outDir`; answers what was written. */
export async function bundleProgram(entries: Readonly<Record<string, string>>, outDir: string): Promise<BundledFile[]> {
  const { output } = await bundle({
    input: { ...entries },
    platform: "node",
    external: isExternal,
    logLevel: "warn",
    transform: { target: "node24" },
    plugins: [{ name: "builtin-imports", renderChunk: (code) => importBuiltinsLazily(code) }],
    output: {
      dir: outDir,
      format: "esm",
      entryFileNames: "[name].js",
      chunkFileNames: "[name]-[hash].js",
      codeSplitting: { groups: [{ name: "start", test: AT_START }] },
      minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
      comments: { legal: true, annotation: false, jsdoc: false },
      sourcemap: false,
    },
  });
  return output
    .filter((file): file is OutputChunk => file.type === "chunk")
    .map((file) => ({ name: file.fileName, bytes: Buffer.byteLength(file.code), isEntry: file.isEntry }));
}

/** Builds ui/ into `outDir`; answers its size in bytes. */
async function buildPage(root: string, outDir: string): Promise<number> {
  const { build } = await import("vite");
  const result = await build({ root, logLevel: "warn", build: { outDir, emptyOutDir: true, reportCompressedSize: false, sourcemap: false } });
  const outputs = (Array.isArray(result) ? result : [result]).flatMap((part) => ("output" in part ? part.output : []));
  return outputs.reduce((sum, file) => sum + Buffer.byteLength(file.type === "chunk" ? file.code : file.source), 0);
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(0).padStart(6)} kB`;
}

/** The declarations of `continuo/routing`, for those who use it from TypeScript. */
function declareRouting(root: string, outDir: string): void {
  const options = ["--ignoreConfig", "--declaration", "--emitDeclarationOnly", "--rewriteRelativeImportExtensions", "--strict", "--skipLibCheck"];
  const target = ["--module", "nodenext", "--target", "esnext", "--types", "node", "--rootDir", join(root, "src"), "--outDir", outDir];
  const { resolve } = createRequire(import.meta.url);
  const compiler = join(dirname(resolve("typescript/package.json")), "bin", "tsc");
  execFileSync(process.execPath, [compiler, join(root, "src/routing/index.ts"), ...options, ...target], { stdio: "inherit" });
}

async function main(): Promise<void> {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const dist = join(root, "dist");
  // Built beside the old one: a command that is run meanwhile still finds a program.
  const fresh = join(root, `dist.${process.pid}`);
  const began = performance.now();
  const seconds = () => `${((performance.now() - began) / 1000).toFixed(1)} s`;
  // One by one: what two entries share would be files of its own, and the command line is to load one.
  const alone = { routing: join(root, "src/routing/index.ts"), ...beside(root) };
  const others = await Promise.all(Object.entries(alone).map(([name, file]) => bundleProgram({ [name]: file }, fresh)));
  const files = [...(await bundleProgram({ continuo: join(root, "src/main.ts") }, fresh)), ...others.flat()];
  const chunks = files.filter(({ isEntry }) => !isEntry);
  for (const { name, bytes } of files.filter(({ isEntry }) => isEntry)) console.log(`${kilobytes(bytes)}  dist/${name}`);
  console.log(`${kilobytes(chunks.reduce((sum, { bytes }) => sum + bytes, 0))}  in ${chunks.length} chunks, loaded when used (${seconds()})`);
  declareRouting(root, join(fresh, "types"));
  console.log(`${kilobytes(await buildPage(join(root, "ui"), join(fresh, "ui")))}  dist/ui (${seconds()})`);
  await rm(dist, { recursive: true, force: true });
  await rename(fresh, dist);
}

if (import.meta.main) await main();
