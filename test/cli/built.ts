import { execFileSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** How long one test process waits for another one's build. */
const BUILD_WAIT_MS = 180_000;

/** Tests and what only they use are not in the bundle: a change there makes nothing stale. */
function isBundled(path: string): boolean {
  return path.endsWith(".ts") && !path.endsWith(".test.ts") && !path.includes("/testing/");
}

function newestSource(): number {
  const files = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" }).filter(isBundled);
  const times = [...files.map((file) => join(ROOT, "src", file)), join(ROOT, "scripts/build.ts")].map((path) => {
    return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0; // a file may go away while the list is read
  });
  return Math.max(...times);
}

function isFresh(): boolean {
  const built = statSync(join(ROOT, "dist/continuo.js"), { throwIfNoEntry: false });
  return built !== undefined && built.mtimeMs >= newestSource();
}

/**
 * Builds dist/ if it is missing or older than src/. Test files run in processes of their own: one of them builds while
 * the others wait for the lock, which the system takes back when its holder dies.
 */
export function ensureBuilt(): void {
  if (isFresh()) return;
  const owner = process.getuid?.() ?? 0;
  const lock = new DatabaseSync(join(tmpdir(), `continuo-build-${owner}-${Buffer.from(ROOT).toString("base64url").slice(-24)}.lock`));
  try {
    lock.exec(`pragma busy_timeout = ${BUILD_WAIT_MS}; begin exclusive`);
    if (!isFresh()) execFileSync(process.execPath, [join(ROOT, "scripts/build.ts")], { cwd: ROOT, stdio: ["ignore", "ignore", "inherit"] });
  } finally {
    lock.close();
  }
}
