import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ENDED_UNFORESEEN } from "./last-words.ts";

/** A process with a log that meets what nobody catches. */
const MORTAL = `
  const { createLog } = await import(${JSON.stringify(new URL("../logging/index.ts", import.meta.url).href)});
  const { sayLastWords } = await import(${JSON.stringify(new URL("./last-words.ts", import.meta.url).href)});
  const log = await createLog({ level: "info", destination: { kind: "file", path: process.argv[1] }, pretty: false, stdout: process.stdout, clock: { now: () => 1 }, secrets: ["the-token"] });
  sayLastWords(log);
  setTimeout(() => { throw new Error("nobody expected the-token"); }, 1);
`;

test("what ends a process unforeseen stands in its log, without secrets, and ends it all the same", (t) => {
  const directory = mkdtempSync(join(tmpdir(), "continuo-last-words-"));
  t.after(() => rmSync(directory, { recursive: true }));
  const path = join(directory, "gateway.log");
  const { status } = spawnSync(process.execPath, ["--input-type=module", "-e", MORTAL, path], { stdio: "ignore" });
  assert.notEqual(status, 0);
  const line = JSON.parse(readFileSync(path, "utf8")) as { level: number; msg: string; err: { message: string } };
  assert.equal(line.level, 50);
  assert.equal(line.msg, ENDED_UNFORESEEN);
  assert.match(line.err.message, /^nobody expected (?!the-token)/);
});
