import assert from "node:assert/strict";
import { test } from "node:test";
import { searchFor } from "../../src/search/index.ts";
import { listConversations } from "../../src/store/statements/list-conversations.ts";
import { rowsIn } from "../store/database.ts";
import { hang, message, openTo, operator, say, startHarness, type Answer, type Harness, type HarnessOptions } from "./harness.ts";

const MAIN = "agent:main:main";

interface Chat {
  readonly h: Harness;
  /** Says it, and answers what came back. */
  ask(text: string): Promise<string>;
  asked(): readonly string[];
}

async function withChat(work: (chat: Chat) => Promise<void>, options: HarnessOptions = {}): Promise<void> {
  const h = await startHarness({ config: openTo("telegram"), ...options });
  try {
    await work({
      h,
      async ask(text) {
        await h.receive(message(text));
        await h.settled();
        return h.channel("telegram").sent.at(-1)?.part.text ?? "";
      },
      asked: () => h.requests.at(-1)?.messages.map(({ text }) => text) ?? [],
    });
  } finally {
    await h.close();
  }
}

test("P26 P27 /new, /clear and /undo say in one line what they did, and the old conversation is there again", async () => {
  await withChat(async ({ ask, asked }) => {
    await ask("my secret is plum");
    assert.match(await ask("/clear"), /Cleared.*\/undo/);
    await ask("hello");
    assert.deepEqual(asked(), ["hello"], "nothing of before");
    assert.match(await ask("/undo"), /Back in "my secret is plum" \(2 messages\)/);
    await ask("what is it?");
    assert.deepEqual(asked(), ["my secret is plum", "echo: my secret is plum", "what is it?"]);
    assert.match(await ask("/new"), /New session started/);
    assert.match(await ask("/undo"), /Back in "my secret is plum" \(4 messages\)/);
    assert.match(await ask("/undo"), /nothing to take back/);
  });
});

test("/sessions lists, finds and resumes by number, name and words; /save names", async () => {
  await withChat(async ({ ask, asked }) => {
    await ask("holiday in Rome");
    await ask("/save Rome trip");
    await ask("/new");
    await ask("shopping list: plums");
    await ask("/new");
    await ask("weather today");
    const list = await ask("/sessions");
    assert.match(list, /3 conversations/);
    assert.match(list, /1\. weather today.*\(you are here\)/);
    assert.match(list, /2\. shopping list: plums · 2 messages/);
    assert.match(list, /3\. Rome trip/);
    assert.match(await ask("/sessions rome TRIP"), /Back in "Rome trip"/);
    await ask("where?");
    assert.ok(asked().includes("holiday in Rome"));
    assert.match(await ask("/sessions plums"), /Back in "shopping list: plums"/);
    assert.match(await ask("/undo"), /Back in "Rome trip"/);
    assert.match(await ask("/sessions 1"), /Back in "weather today"/);
    assert.match(await ask("/sessions 99"), /No conversation/);
    const found = await ask("/sessions find rome");
    assert.match(found, /3\. .*holiday in Rome/);
    assert.match(await ask("/sessions aubergine"), /No conversation/);
    assert.match(await ask("/sessions o"), /Several hold "o"/);
    assert.match(await ask("/save"), /\/save Holiday plans/);
  });
});

test("/rewind and /fork: what is set aside reaches no model, /undo brings it back, and the original of a copy stays", async () => {
  await withChat(async ({ h, ask, asked }) => {
    await ask("a");
    await ask("b");
    await ask("c");
    assert.match(await ask("/rewind 2"), /4 messages are set aside; 2 are left/);
    await ask("d");
    assert.deepEqual(asked(), ["a", "echo: a", "d"]);
    assert.match(await ask("/undo"), /4 messages are back/);
    await ask("e");
    assert.deepEqual(asked(), ["a", "echo: a", "b", "echo: b", "c", "echo: c", "e"]);
    assert.match(await ask("/fork"), /copy of 8 messages/);
    const hits = await searchFor({ store: h.store, clock: { now: Date.now } }, "all")({ query: "echo", limit: 20 });
    assert.deepEqual(hits.hits.map(({ excerpt }) => excerpt).toSorted(), ["echo: a", "echo: b", "echo: c", "echo: e"], "a copy is found once, and what is set aside is not");
    await ask("f");
    const rows = await h.store.all(listConversations, { key: "agent:main:telegram:dm:42", limit: 10 });
    assert.deepEqual(rows.map(({ message_count, ended_reason }) => [message_count, ended_reason]).toSorted(), [[10, null], [8, "forked"]]);
    assert.match(await ask("/rewind 99"), /shorter than that/);
    assert.match(await ask("/rewind x"), /`\/rewind 2`/);
  });
});

test("a command answers in the language of whoever gives it", async () => {
  await withChat(async ({ ask }) => {
    await ask("我的秘密是李子，请记住。");
    assert.match(await ask("/clear"), /已清空/);
    assert.match(await ask("/undo"), /已回到“我的秘密是李子/);
    assert.match(await ask("/sessions"), /共 1 个对话/);
  });
});

const summariser: Answer = (request) => (request.system.includes("summary of a conversation") ? say("they like plums") : say(`echo: ${request.messages.at(-1)?.text ?? ""}`));

test("/compact: models are shown the summary for what was said first, and the transcript keeps every word", async () => {
  await withChat(
    async ({ h, ask, asked }) => {
      assert.match(await ask("/compact"), /nothing to sum up/);
      await ask("I like plums very much, more than anything that grows on trees");
      await ask("and pears, of all kinds and colours, whatever their names are");
      await ask("what do I like?");
      assert.match(await ask("/compact keep the fruit"), /Compacted \(\S+ → ~\d+ tokens\): \d messages? summed up/);
      const summed = h.requests.findLast(({ system }) => system.includes("keep the fruit"));
      assert.ok(summed?.messages[0]?.text.includes("I like plums"));
      const [used] = await rowsIn(h.directory, "select sum(turns) as turns, sum(tokens) as tokens from usage_days");
      assert.deepEqual([Number(used?.["turns"]), Number(used?.["tokens"])], [4, 60], "three answers and the summary");
      await ask("and now?");
      assert.equal(asked()[0], "they like plums");
      assert.ok(!asked().some((text) => text.includes("on trees")));
      const texts = await h.texts("agent:main:telegram:dm:42");
      assert.ok(texts.some((text) => text.includes("on trees")));
      assert.ok(texts.includes("system: they like plums"));
      assert.match(await ask("/undo"), /every word again/);
      await ask("and now?");
      assert.ok(asked()[0]?.includes("on trees"), "P26 also a summary is taken back");
    },
    { answers: { echo: summariser } },
  );
});

test("a summary that a model never ends is given up after the time of an answer, also where no turn waits for it", async () => {
  const hanging: Answer = (request) => (request.system.includes("summary of a conversation") ? hang() : say("ok"));
  await withChat(
    async ({ h, ask }) => {
      await ask("I like plums very much, more than anything that grows on trees");
      await ask("and pears, of all kinds and colours, whatever their names are");
      await ask("what do I like?");
      const done = await h.line.turns.compact({ key: "agent:main:telegram:dm:42", wish: null });
      assert.equal(done.kind, "failed");
    },
    { answers: { echo: hanging }, config: { ...openTo("telegram"), agents: { defaults: { model: "test/echo", timeoutSeconds: 3 } } } },
  );
});

test("P24 a summary that cannot be made changes nothing, and is told", async () => {
  const failing: Answer = (request) => (request.system.includes("summary of a conversation") ? say("   ") : say("ok"));
  await withChat(
    async ({ h, ask, asked }) => {
      await ask("I like plums very much, more than anything that grows on trees");
      await ask("and pears, of all kinds and colours, whatever their names are");
      await ask("what do I like?");
      const before = await h.texts("agent:main:telegram:dm:42");
      assert.match(await ask("/compact"), /Compaction failed.*Nothing was changed/s);
      assert.deepEqual(await h.texts("agent:main:telegram:dm:42"), before);
      await ask("still there?");
      assert.ok(asked()[0]?.includes("on trees"));
    },
    { answers: { echo: failing } },
  );
});

test("/forget erases one's own words and their answers everywhere, once it is asked for twice", async () => {
  await withChat(async ({ h, ask, asked }) => {
    await ask("hello");
    await ask("the word is aubergine");
    await ask("/fork");
    assert.match(await ask("/forget"), /erases 1 message.*`\/forget yes`/);
    assert.match(await ask("/forget yes"), /Forgotten: 1 message/);
    const kept = await Promise.all(["entries", "inbox", "outbox", "conversations"].map((table) => rowsIn(h.directory, `select * from ${table}`)));
    assert.ok(!JSON.stringify(kept).includes("aubergine"));
    await ask("what was it?");
    assert.deepEqual(asked().slice(0, 2), ["hello", "echo: hello"]);
    assert.match(await ask("/forget 3x"), /`\/forget 3 yes`/);
  });
});

test("in a shared session a guest forgets their own words alone, and takes no step there", async () => {
  const h = await startHarness({ config: { ...openTo("telegram"), session: { dmScope: "main" } } });
  try {
    await h.receive(message("I am one", { sender: "1" }));
    await h.settled();
    await h.receive(message("I am two", { sender: "2" }));
    await h.settled();
    await h.receive(message("/forget all yes", { sender: "2" }));
    await h.settled();
    await h.receive(message("/undo", { sender: "2" }));
    await h.settled();
    assert.equal(h.requests.at(-1)?.messages.at(-1)?.text, "/undo", "text for the agent");
    const texts = await h.texts(MAIN);
    assert.ok(texts.includes("user: I am one") && !texts.includes("user: I am two"));
  } finally {
    await h.close();
  }
});

test("/forget in a room takes the words of whoever asks, and the answers to them; what others said beside it stays, in forks too", async () => {
  const h = await startHarness({ config: { ...openTo("telegram"), session: { owner: ["telegram:1"] } } });
  const room = { kind: "group", chat: "-5" } as const;
  const kept = async (): Promise<string> => JSON.stringify(await Promise.all(["entries", "inbox", "outbox", "overheard", "conversations"].map((table) => rowsIn(h.directory, `select * from ${table}`))));
  const said = async (text: string, sender: string, mentioned = true): Promise<string> => {
    await h.receive({ ...message(text, { ...room, sender }), mentioned });
    await h.settled();
    return h.channel("telegram").sent.at(-1)?.part.text ?? "";
  };
  try {
    await said("beans by Bob", "2", false);
    await said("asparagus by Ann", "1", false);
    await said("aubergine by Ann", "1");
    await said("/fork", "1");
    await said("parsley by Bob", "2");
    assert.match(await said("/forget all yes", "1"), /Forgotten: 1 message.*What others said beside it stays\.$/);
    assert.ok(!/asparagus|aubergine/.test(await kept()));
    const entries = await rowsIn<{ text: string }>(h.directory, "select text from entries order by session_id, seq");
    assert.deepEqual([entries.filter(({ text }) => text === "beans by Bob").length, entries.filter(({ text }) => text === "parsley by Bob").length], [2, 1], "in the conversation and in its fork");
    assert.match(await said("/forget all yes", "2"), /Forgotten: 2 messages/);
    assert.ok(!/beans|parsley/.test(await kept()));
  } finally {
    await h.close();
  }
});

test("/forget takes the summary along that was made of it, also one that was taken back", async () => {
  await withChat(
    async ({ h, ask, asked }) => {
      await ask("I like aubergines very much, more than anything that grows on trees");
      await ask("and pears, of all kinds and colours, whatever their names are");
      assert.match(await ask("/compact"), /Compacted/);
      await ask("/undo");
      await ask("what do I like, then?");
      assert.match(await ask("/compact"), /Compacted/);
      assert.match(await ask("/forget 3 yes"), /Forgotten: 3 messages/);
      const kept = await Promise.all(["entries", "inbox", "outbox", "conversations"].map((table) => rowsIn(h.directory, `select * from ${table}`)));
      assert.ok(!/aubergines|plums/.test(JSON.stringify(kept)));
      await ask("and now?");
      assert.ok(!asked().some((text) => text.includes("plums")));
    },
    { answers: { echo: summariser } },
  );
});

test("/export shows the conversation as text", async () => {
  await withChat(async ({ h, ask }) => {
    await h.receive(operator("/export"));
    await ask("hello");
    const text = await ask("/export");
    assert.match(text, /hello/);
    assert.match(text, /\*\*main\*\* · \d{4}-\d\d-\d\d \d\d:\d\d\necho: hello/);
  });
});
