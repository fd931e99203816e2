import assert from "node:assert/strict";
import { test } from "node:test";
import type { InboundMessage } from "../../src/domain/message.ts";
import { approvePairing, listPairings } from "../../src/people/index.ts";
import { describeSession } from "../../src/store/statements/describe-session.ts";
import { message, openTo, startHarness, until, type Harness, type HarnessOptions, type Said } from "./harness.ts";

const BOTH = ["telegram", "discord"] as const;

async function withHarness(options: HarnessOptions, work: (h: Harness) => Promise<void>): Promise<void> {
  const h = await startHarness(options);
  try {
    await work(h);
  } finally {
    await h.close();
  }
}

/** Says something and waits for all that comes of it. */
async function said(h: Harness, text: string, where: Said = {}): Promise<void> {
  await h.receive(message(text, where));
  await h.settled();
}

function lastRequest(h: Harness): string[] {
  return h.requests.at(-1)?.messages.map(({ text }) => text) ?? [];
}

function told(h: Harness, channel: string, chat: string): string[] {
  return h.channel(channel).sent.filter(({ address }) => address.chat === chat).map(({ part }) => part.text);
}

function codeIn(text: string | undefined): string {
  return /`([A-Z0-9]{4}-[A-Z0-9]{4})`/.exec(text ?? "")?.[1] ?? assert.fail(`no code in ${text}`);
}

/** Telegram 42 and Discord 77, unless said otherwise. */
async function link(h: Harness, issuer: Said = {}, redeemer: Said = { channel: "discord", sender: "77" }): Promise<void> {
  const [from, to] = [issuer.channel ?? "telegram", redeemer.channel ?? "telegram"];
  await said(h, "/link", issuer);
  await said(h, `/link ${codeIn(told(h, from, issuer.sender ?? "42").at(-1))}`, redeemer);
  await said(h, "/link yes", redeemer);
  await said(h, "/link yes", issuer);
  await until("both are told", () => [told(h, from, issuer.sender ?? "42"), told(h, to, redeemer.sender ?? "42")].every((texts) => texts.at(-1)?.startsWith("✅ Linked") === true));
}

const ON_DISCORD: Said = { channel: "discord", sender: "77" };

test("P3 a fact said in a direct chat is in no request of a group or of another person, nor after /new, nor after a restart", async () => {
  const config = openTo(...BOTH);
  const first = await startHarness({ channels: BOTH, config });
  const fact = "the door code is 4711";
  const ask = async (h: Harness): Promise<void> => {
    for (const where of [{ sender: "43" }, { sender: "42", channel: "discord" }, { sender: "42", chat: "-100", kind: "group" as const }, { sender: "43", chat: "-100", thread: "3", kind: "group" as const }]) {
      const before = h.requests.length;
      await said(h, "what is the door code?", where);
      assert.equal(h.requests.length, before + 1);
      assert.ok(!JSON.stringify(h.requests.at(-1)).includes(fact), JSON.stringify(where));
    }
  };
  await said(first, fact);
  await ask(first);
  await said(first, "what was it?");
  assert.ok(lastRequest(first).includes(fact), "its own chat knows it");
  await said(first, "/new and now?");
  assert.deepEqual(lastRequest(first), ["and now?"]);
  await ask(first);
  await first.line.stop(1_000);
  await first.kill();
  await withHarness({ channels: BOTH, config, directory: first.directory }, async (second) => {
    await ask(second);
    await said(second, "/new again");
    assert.deepEqual(lastRequest(second), ["again"]);
    await ask(second);
  });
});

test("P6 docked replies go to the docked chat and nobody else's do; /undock ends it", async () => {
  await withHarness({ channels: BOTH, config: openTo(...BOTH) }, async (h) => {
    await link(h);
    await said(h, "/dock-discord");
    assert.equal(told(h, "telegram", "42").at(-1), "Docked replies to discord.");
    const answered = told(h, "telegram", "42").length;
    await said(h, "one");
    assert.equal(told(h, "discord", "77").at(-1), "echo: one");
    assert.equal(told(h, "telegram", "42").length, answered, "nothing came to where it was asked");
    await said(h, "stranger", { sender: "43" });
    assert.deepEqual(told(h, "telegram", "43"), ["echo: stranger"]);
    await said(h, "in the room", { chat: "-100", kind: "group" });
    assert.deepEqual(told(h, "telegram", "-100"), ["echo: in the room"]);
    await said(h, "/undock");
    await said(h, "two");
    assert.equal(told(h, "telegram", "42").at(-1), "echo: two");
    assert.ok(!told(h, "discord", "77").includes("echo: two"));
  });
});

test("P6 who is linked to nobody on a channel cannot dock to it", async () => {
  await withHarness({ channels: BOTH, config: openTo(...BOTH) }, async (h) => {
    await said(h, "hello");
    await said(h, "/dock-discord");
    assert.match(told(h, "telegram", "42").at(-1) ?? "", /^Cannot dock to discord: link an account there first/);
    await said(h, "still here");
    assert.equal(told(h, "telegram", "42").at(-1), "echo: still here");
  });
});

function onWhatsapp(text: string, id: string, aliases: readonly string[]): InboundMessage {
  const one = message(text, { channel: "whatsapp", sender: id });
  return { ...one, sender: { ...one.sender, aliases } };
}

test("P10 a WhatsApp contact is one session by LID, by phone number and by both; an unknown LID is answered", async () => {
  await withHarness({ channels: ["whatsapp"], config: openTo("whatsapp") }, async (h) => {
    const [lid, phone] = ["123@lid", "+491700000001"];
    for (const one of [onWhatsapp("by both", lid, [phone]), onWhatsapp("by the number", phone, []), onWhatsapp("by the LID", lid, [])]) {
      await h.receive(one);
      await h.settled();
    }
    assert.deepEqual(lastRequest(h).filter((text) => text.startsWith("by")), ["by both", "by the number", "by the LID"]);
    await h.receive(onWhatsapp("who am I?", "999@lid", []));
    await h.settled();
    assert.deepEqual(lastRequest(h), ["who am I?"]);
    assert.deepEqual(told(h, "whatsapp", "999@lid"), ["echo: who am I?"]);
    await h.receive(onWhatsapp("and by my number", "+491700000002", ["999@lid"]));
    await h.settled();
    assert.ok(lastRequest(h).includes("who am I?"), "the number that came later is the same contact");
  });
});

test("P19 after a link by code what was said on one account is known on the other, and after /unlink it is not", async () => {
  await withHarness({ channels: BOTH, config: openTo(...BOTH) }, async (h) => {
    await said(h, "my cat is called Miez");
    await said(h, "I live in Bonn", ON_DISCORD);
    assert.ok(!lastRequest(h).includes("my cat is called Miez"));
    await link(h);
    await said(h, "what do you know?", ON_DISCORD);
    assert.ok(["my cat is called Miez", "I live in Bonn"].every((text) => lastRequest(h).includes(text)));
    assert.equal(told(h, "discord", "77").at(-1), "echo: what do you know?");
    await said(h, "/unlink", ON_DISCORD);
    await until("it is told", () => told(h, "discord", "77").at(-1)?.startsWith("✅ Unlinked") === true);
    await said(h, "and now?", ON_DISCORD);
    assert.ok(!lastRequest(h).includes("my cat is called Miez"));
    assert.ok(lastRequest(h).includes("I live in Bonn"), "its own words stayed with it");
    await said(h, "and here?");
    assert.ok(lastRequest(h).includes("my cat is called Miez") && !lastRequest(h).includes("I live in Bonn"));
  });
});

test("P38 an unknown sender gets one notice; an approval on one account leaves the other, and the groups, closed", async () => {
  const channel = { allowFrom: ["1"], accounts: { second: {} } };
  await withHarness({ config: { channels: { telegram: channel } } }, async (h) => {
    for (let i = 0; i < 4; i++) await said(h, "let me in", { sender: "9" });
    assert.equal(h.channel("telegram").sent.length, 1, "one notice, and nothing to anybody else");
    assert.match(told(h, "telegram", "9")[0] ?? "", /I do not know you yet/);
    assert.equal(h.requests.length, 0);
    const [request] = await listPairings(h.store, Date.now());
    assert.ok(request && told(h, "telegram", "9")[0]?.includes(request.code));
    await h.store.transaction((tx) => approvePairing(tx, request, "operator", Date.now()));
    h.settings.directory.approve(request.channel, request.account, request.senderId);
    await said(h, "hello", { sender: "9" });
    assert.deepEqual(lastRequest(h), ["hello"]);
    const closed: readonly Said[] = [{ sender: "9", account: "second" }, { sender: "9", chat: "-100", kind: "group" }, { sender: "10" }];
    for (const where of closed) assert.equal((await h.receive(message("here too?", where))).kind, "dropped", JSON.stringify(where));
    await h.settled();
    assert.equal(h.requests.length, 1);
  });
});

test("spec 5.3 where one id is the account's only guest, others in the main session do not move its owner's last route", async () => {
  const telegram = { dmPolicy: "open" as const, allowFrom: ["1"] };
  await withHarness({ config: { channels: { telegram }, session: { dmScope: "main" } } }, async (h) => {
    const route = async (): Promise<string> => JSON.parse((await h.store.get(describeSession, { key: "agent:main:main" }))?.last_route ?? "{}").chat;
    await said(h, "I am the owner", { sender: "1" });
    assert.equal(await route(), "1");
    await said(h, "I am a guest", { sender: "2" });
    assert.ok(lastRequest(h).includes("I am the owner"), "they share the session");
    assert.equal(await route(), "1");
  });
});

test("spec 1.5 what a group says without naming the agent is in the next request that does: in order, by whom, the newest, and in no direct chat", async () => {
  const config = { ...openTo("telegram"), messages: { groupChat: { historyLimit: 3 } } } as never;
  await withHarness({ config }, async (h) => {
    const room: Said = { chat: "-100", kind: "group" };
    for (const [i, sender] of ["1", "2", "1", "3"].entries()) {
      assert.equal((await h.receive({ ...message(`aside ${i}`, { ...room, sender }), mentioned: false })).kind, "dropped");
    }
    await said(h, "private", { sender: "1" });
    assert.deepEqual(lastRequest(h), ["private"]);
    await said(h, "in another room", { ...room, chat: "-200", sender: "1" });
    assert.deepEqual(lastRequest(h), ["in another room"]);
    await said(h, "what do you all think?", { ...room, sender: "2" });
    const asked = h.requests.at(-1)?.messages.map(({ text, senderId }) => [senderId.split(":").at(-1), text]);
    assert.deepEqual(asked, [["2", "aside 1"], ["1", "aside 2"], ["3", "aside 3"], ["2", "what do you all think?"]]);
    await said(h, "again", { ...room, sender: "2" });
    assert.equal(lastRequest(h).filter((text) => text === "aside 3").length, 1, "once");
  });
});

test("/why tells the sender where their message went, and nothing about anybody else", async () => {
  await withHarness({ config: openTo("telegram") }, async (h) => {
    await said(h, "secret of somebody else", { sender: "43" });
    await said(h, "hello");
    await said(h, "/why");
    const why = told(h, "telegram", "42").at(-1) ?? "";
    assert.match(why, /agent:main:telegram:dm:42/);
    assert.ok(!why.includes("43"));
    assert.equal(h.requests.length, 2, "no model is asked");
  });
});

test("/link refuses wrong codes, one's own code, groups and too many tries, and a no ends it", async () => {
  await withHarness({ channels: BOTH, config: openTo(...BOTH) }, async (h) => {
    const last = (channel: string, chat: string): string => told(h, channel, chat).at(-1) ?? "";
    await said(h, "/link", { chat: "-100", kind: "group" });
    assert.match(last("telegram", "-100"), /direct chat/);
    await said(h, "/link yes");
    assert.match(last("telegram", "42"), /Nobody asks to be linked/);
    await said(h, "/link");
    const code = codeIn(last("telegram", "42"));
    await said(h, `/link ${code}`);
    assert.match(last("telegram", "42"), /send it from there/);
    await said(h, `/link ${code}`, ON_DISCORD);
    await said(h, "/link yes", ON_DISCORD);
    await said(h, "/link no");
    assert.match(last("telegram", "42"), /Not linked/);
    assert.match(last("discord", "77"), /refused/);
    await said(h, `/link ${code}`, ON_DISCORD);
    assert.match(last("discord", "77"), /no such code/, "a code is good once");
    for (let i = 0; i < 4; i++) await said(h, "/link AAAA-AAAA", ON_DISCORD);
    await said(h, "/link AAAA-AAAA", ON_DISCORD);
    assert.match(last("discord", "77"), /Too many codes/);
    for (let i = 0; i < 5; i++) await said(h, "/link");
    assert.match(last("telegram", "42"), /Too many codes/, "five an hour");
    assert.equal(h.requests.length, 0);
  });
});

test("P38 a stranger who sends the owner's code is let in when both have said yes; one who sends a guest's is not", async () => {
  const channels = { telegram: { allowFrom: ["1"] }, discord: { dmPolicy: "allowlist" as const, allowFrom: ["5", "6"] } };
  await withHarness({ channels: BOTH, config: { channels: { ...channels, telegram: { ...channels.telegram, dmPolicy: "pairing" as const } } } }, async (h) => {
    // A guest: named in a list of several.
    await said(h, "/link", { channel: "discord", sender: "5" });
    const guests = codeIn(told(h, "discord", "5").at(-1));
    await said(h, `/link ${guests}`, { sender: "8" });
    assert.match(told(h, "telegram", "8").at(-1) ?? "", /I do not know you yet/);
    await said(h, "/link yes", { sender: "8" });
    await said(h, "hello", { sender: "8" });
    assert.deepEqual(told(h, "telegram", "8").length, 1);
    assert.equal(h.requests.length, 0, "nobody was let in");
    // The owner: the account's only guest.
    await said(h, "I keep bees", { sender: "1" });
    await link(h, { sender: "1" }, { sender: "9" });
    await said(h, "what do I keep?", { sender: "9" });
    assert.ok(lastRequest(h).includes("I keep bees"));
    assert.equal(told(h, "telegram", "9").at(-1), "echo: what do I keep?");
  });
});
