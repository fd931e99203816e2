import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { exportOne } from "../../src/sessions/openclaw/index.ts";
import { toSession } from "../../src/store/rows.ts";
import { describeSession } from "../../src/store/statements/describe-session.ts";
import { findConversation } from "../../src/store/statements/find-conversation.ts";
import { tamperIn } from "../store/database.ts";
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

const CAT = { kind: "image", name: "<cat>.png", type: "image/png", size: 120_000, ref: "ab".repeat(32) };

test("what was sent with a message is in each form, also where it came without a word; its bytes are not", async (t) => {
  const one = await house(t);
  await one.moving.importOpenClaw({ from: directoryOf(t, FILES), dryRun: false });
  await tamperIn(one.stateDir, "update entries set meta = ? where id in (?, ?)", JSON.stringify({ attachments: [CAT] }), `${ID}.a1`, `${ID}.b3`);
  await tamperIn(one.stateDir, "update entries set text = '' where id = ?", `${ID}.b3`);
  const [markdown, page] = [await textOf(one, "md"), await textOf(one, "html")];
  assert.equal(markdown.split("[image: <cat>.png, 117 KB]").length, 3);
  assert.ok(markdown.includes("Who bakes <b>it</b>?\n[image: <cat>.png, 117 KB]\n"));
  assert.ok(page.includes("<pre>[image: &lt;cat&gt;.png, 117 KB]</pre>") && !page.includes("<cat>"));
  const lines = (text: string) => text.trim().split("\n").map((line) => (JSON.parse(line) as { message?: { content: unknown; attachments?: unknown } }).message);
  const sent = [{ type: "image", mimeType: "image/png", fileName: "<cat>.png", sizeBytes: 120_000, ref: CAT.ref }];
  const exported = lines(await textOf(one, "jsonl"));
  assert.deepEqual([exported.at(1)?.content, exported.at(1)?.attachments], [[{ type: "text", text: "Who bakes <b>it</b>?\n[image: <cat>.png, 117 KB]" }], sent]);
  assert.deepEqual([exported.at(-1)?.content, exported.at(-1)?.attachments], [[{ type: "text", text: "[image: <cat>.png, 117 KB]" }], sent]);
  const to = directoryOf(t);
  await one.moving.exportOpenClaw({ to, force: false });
  const path = join(to, DIR, `${ID}.jsonl`);
  assert.deepEqual(lines(readFileSync(path, "utf8")), exported);

  const second = await house(t);
  const report = await second.moving.importSession({ path, key: KEY });
  assert.deepEqual(report.troubles, []);
  assert.deepEqual(lines(await textOf(second, "jsonl")), exported, "brought in and out again it says no more than before");
});
