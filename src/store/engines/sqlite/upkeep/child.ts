/**
 * A process of its own for what would hold the gateway up: `check <database> <first table>` looks at every page,
 * `checkpoint <database> <0 or 1>` brings the journal into the database, and with 1 cuts its file, too, when its parent says so. It tells its parent over IPC; whoever is killed here
 * leaves nothing behind, since it only reads, or does what any other connection would do.
 */
import { once } from "node:events";
import { DatabaseSync } from "node:sqlite";
import type { FromChild } from "./messages.ts";

/** For so long readers may take to come to an end, and writers wait. */
const CUT_TIMEOUT_MS = 1_000;
const MOST_PROBLEMS = 20;

function tell(message: FromChild): void {
  process.send?.(message);
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Table by table: between two of them the journal is free to shrink. */
function check(path: string, first: number): void {
  const problems: string[] = [];
  const database = new DatabaseSync(path, { readOnly: true });
  database.exec("pragma busy_timeout = 5000");
  const names = (database.prepare("select name from sqlite_schema where type = 'table' order by name").all() as { name: string }[]).map(({ name }) => name);
  for (const [index, name] of names.entries()) {
    if (index < first) continue;
    tell({ kind: "progress", done: index, total: names.length });
    try {
      const found = database.prepare(`pragma quick_check("${name.replaceAll('"', '""')}")`).all() as { quick_check: string }[];
      problems.push(...found.map((row) => row.quick_check).filter((text) => text !== "ok").map((text) => `${name}: ${text}`));
    } catch (error) {
      problems.push(`${name}: ${wordsOf(error)}`);
    }
  }
  tell({ kind: "checked", total: names.length, problems: problems.slice(0, MOST_PROBLEMS) });
}

/**
 * Bringing the journal in keeps nobody from writing, and lets the next writer begin it anew. Where somebody always reads it
 * is never begun anew: then its file is cut. That takes a moment in which nobody writes, so that whoever begins to read
 * reads the database itself, and in which those end who were reading before.
 */
async function checkpoint(path: string, cut: boolean): Promise<void> {
  const database = new DatabaseSync(path);
  database.exec(`pragma busy_timeout = ${CUT_TIMEOUT_MS}; pragma synchronous = normal`);
  database.prepare("pragma wal_checkpoint(passive)").get();
  let readers = false;
  if (cut) {
    tell({ kind: "ready" });
    await once(process, "message");
    readers = database.prepare("pragma wal_checkpoint(truncate)").get()?.["busy"] === 1;
  }
  tell({ kind: "checkpointed", readers });
  database.close();
}

const [job, path = "", first = "0"] = process.argv.slice(2);
try {
  if (job === "checkpoint") await checkpoint(path, first === "1");
  else check(path, Number(first));
} catch (error) {
  tell({ kind: "failed", words: wordsOf(error) });
}
process.disconnect?.();
