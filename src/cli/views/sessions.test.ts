import assert from "node:assert/strict";
import { test } from "node:test";
import { displayWidth } from "../display-width.ts";
import { bareTable, sessionRow, shortKey } from "./sessions.ts";

test("a long key is its first 16 columns, three dots and its last 6, in every script", () => {
  assert.equal(shortKey("agent:main:telegram:direct:123456789"), "agent:main:teleg...456789");
  assert.equal(shortKey("agent:main:main"), "agent:main:main");
  const wide = shortKey("agent:main:项目-计划-很长的会话名称-用来看宽度");
  assert.ok(displayWidth(wide) <= 26, wide);
  assert.equal(wide, "agent:main:项目-...看宽度");
});

test("columns stay aligned whatever script a key is in", () => {
  const rows = ["agent:main:项目-计划-很长的会话名称", "agent:main:main", "agent:main:👩‍👩‍👧-family"].map((key) => sessionRow({ key, kind: "direct", sessionId: "s", model: "recall" }, 0));
  const lines = bareTable({ path: "/s", agents: null, activeMinutes: null, rows, total: 3 }).slice(3);
  const columns = lines.map((line) => displayWidth(line.slice(0, line.indexOf("unknown"))));
  assert.deepEqual(new Set(columns).size, 1, lines.join("\n"));
});
