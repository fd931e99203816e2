import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { exportOne } from "../../src/sessions/openclaw/index.ts";
import { toSession } from "../../src/store/rows.ts";
import { describeSession } from "../../src/store/statements/describe-session.ts";
import { findConversation } from "../../src/store/statements/find-conversation.ts";
import { directoryOf, house, treeOf, type House } from "./house.ts";

const ID = "f8282125-0000-4000-8000-000000000001";
const DIR = "agents/main/sessions";
const KEY = "agent:main:telegram:dm:42";

const FILES = {
  [`${DIR}/sessions.json`]: JSON.stringify({ [KEY]: { sessionId: ID, updatedAt: 1_773_828_060_000, label: "Cake", inputTokens: 7, thinkingLevel: "high" } }),
  [`${DIR}/${ID}.jsonl`]: treeOf(ID, [["a1", null, "user", "Who bakes <b>it</b>?"], ["a2", "a1", "assistant", "First"], ["b2", "a1", "assistant", "Second"], ["b3", "b2", "user", "Thanks & bye"]]),
};

async function textOf({ store }: House, format: "jsonl" | "json" | "md" | "html"): Promise<string> {
  const session = await store.get(describeSession, { key: KEY });
  const conversation = await store.get(findConversation, { session_id: ID });
  assert.ok(session && conversation);
  return (await exportOne(store, toSession(session), conversation, format)).text;
}

for (const format of ["jsonl", "json"] as const) {
  test(`one conversation as ${format} comes back as it was, branches, label and choices too; twice is once`, async (t) => {
    const first = await house(t);
    await first.moving.importOpenClaw({ from: directoryOf(t, FILES), dryRun: false });
    const path = join(directoryOf(t), `cake.${format}`);
    writeFileSync(path, await textOf(first, format));
    const second = await house(t);
    const report = await second.moving.importSession({ path, key: null });
    assert.deepEqual(report.troubles, []);
    assert.deepEqual(await second.dump(), await first.dump());
    assert.equal((await second.moving.importSession({ path, key: null })).totals.added, 0);
    const third = await house(t);
    await third.moving.importSession({ path, key: "agent:main:old" });
    assert.deepEqual((await third.rows("select key, label from sessions")).map((row) => [row.key, row.label]), [["agent:main:old", "Cake"]]);
  });
}

test("for reading: the path alone, and what was said is text, never markup", async (t) => {
  const one = await house(t);
  await one.moving.importOpenClaw({ from: directoryOf(t, FILES), dryRun: false });
  const [markdown, page] = [await textOf(one, "md"), await textOf(one, "html")];
  for (const text of [markdown, page]) assert.ok(text.includes("Second") && !text.includes("First"));
  assert.match(markdown, /^# Cake\n/);
  assert.ok(page.includes("Who bakes &lt;b&gt;it&lt;/b&gt;?") && page.includes("Thanks &amp; bye") && !page.includes("<b>"));
});
