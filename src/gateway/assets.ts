import { readFile, realpath, stat } from "node:fs/promises";
import { createHash } from "node:crypto";
import { extname, join, sep } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

/** A file of the page as it goes over the wire. */
export interface Asset {
  readonly body: Buffer;
  readonly type: string;
  readonly encoding: "br" | "gzip" | null;
  readonly etag: string;
  /** Its name changes with its content, so that it may be kept for ever. */
  readonly immutable: boolean;
}

export interface Assets {
  /** Null: there is no such file, or it is none of ours. `accept` is the request's Accept-Encoding. */
  find(path: string, accept: string): Promise<Asset | null>;
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".webmanifest": "application/manifest+json",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
};
const TEXT = /^(text\/|application\/(json|manifest)|image\/svg)/;
const HASHED = /-[\w-]{8,}\.\w+$/;
/** Below this, compression saves nothing. */
const MIN_COMPRESSED = 1_024;
const MAX_CACHED = 64;

const packBrotli = promisify(brotliCompress);
const packGzip = promisify(gzip);

interface Found {
  readonly file: string;
  readonly version: string;
}

function decode(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    // A broken escape names no file.
    return null;
  }
}

function isSafe(path: string): boolean {
  return !/[\0\\]/.test(path) && path.split("/").every((part) => part !== ".." && !part.startsWith("."));
}

async function locate(root: string, path: string): Promise<Found | null> {
  try {
    const home = await realpath(root);
    const file = await realpath(join(home, path));
    if (!file.startsWith(home + sep)) return null;
    const info = await stat(file);
    return info.isFile() ? { file, version: `${info.mtimeMs}-${info.size}` } : null;
  } catch {
    // Missing or unreadable: both are not found for a visitor.
    return null;
  }
}

async function readPacked(file: string, type: string, wanted: "br" | "gzip" | null): Promise<{ body: Buffer; encoding: "br" | "gzip" | null }> {
  const body = await readFile(file);
  if (wanted === null || !TEXT.test(type) || body.length < MIN_COMPRESSED) return { body, encoding: null };
  const built = await readFile(`${file}${wanted === "br" ? ".br" : ".gz"}`).catch(() => null);
  if (built !== null) return { body: built, encoding: wanted };
  const packed = wanted === "br" ? await packBrotli(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } }) : await packGzip(body);
  return { body: packed, encoding: wanted };
}

/** The built page: packed once for each encoding, read again when a file changes, never outside its folder. */
export function createAssets(root: string): Assets {
  const cache = new Map<string, Asset>();

  return {
    async find(rawPath, accept) {
      const path = decode(rawPath);
      if (path === null || !isSafe(path)) return null;
      const found = await locate(root, path === "/" ? "index.html" : path);
      if (found === null) return null;
      const wanted = /\bbr\b/.test(accept) ? "br" : /\bgzip\b/.test(accept) ? "gzip" : null;
      const key = `${found.file}|${found.version}|${wanted}`;
      const known = cache.get(key);
      if (known !== undefined) return known;
      const type = TYPES[extname(found.file).toLowerCase()] ?? "application/octet-stream";
      const { body, encoding } = await readPacked(found.file, type, wanted);
      const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
      const asset: Asset = { body, type, encoding, etag, immutable: HASHED.test(found.file) && !found.file.endsWith(".html") };
      cache.set(key, asset);
      const [oldest] = cache.keys();
      if (cache.size > MAX_CACHED && oldest !== undefined) cache.delete(oldest);
      return asset;
    },
  };
}
