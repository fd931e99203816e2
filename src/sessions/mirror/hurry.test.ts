import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { entry, session, SESSION_ID } from "./fixture.ts";
import { createMirror } from "./index.ts";

const warned: string[] = [];
const log = { debug: () => undefined, info: () => undefined, warn: (_: object, message: string) => void warned.push(message), error: () => undefined };

test("a gateway that stops does not wait for a list or a transcript without end: the next one writes them", async () => {
  const root = mkdtempSync(join(tmpdir(), "continuo-mirror-"));
  let now = 0;
  let pages = 0;
  const keyed = (number: number) => session({ key: `agent:main:${String(number).padStart(9, "0")}` });
  const mirror = createMirror({
    clock: { now: () => now },
    log,
    sessionsDir: () => root,
    flushMs: 3_600_000,
    source: {
      readSession: async (key) => session({ key }),
      countAmends: async () => 0,
      async pageSessions(_agent, _after, limit) {
        now += 50;
        return Array.from({ length: limit }, (_, index) => keyed(++pages * limit + index));
      },
      async readEntries(_sessionId, after, limit) {
        now += 50;
        return Array.from({ length: limit }, (_, index) => entry(after + index + 1));
      },
    },
  });
  mirror.touch("agent:main:main");
  await mirror.close();
  assert.deepEqual(readdirSync(root).filter((name) => name.startsWith("sessions.json") || name.startsWith(SESSION_ID)), []);
  assert.deepEqual(warned, []);
  rmSync(root, { recursive: true });
});
