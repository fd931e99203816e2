import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { freshStore } from "../../test/store/database.ts";
import type { Store } from "../store/store.ts";
import { ANN, BEN, entry, found, indexAll, say, search } from "../../test/search/house.ts";

async function storeWith(t: TestContext, ...texts: readonly string[]): Promise<Store> {
  const store = await freshStore(t);
  await indexAll(store);
  await say(store, ...texts.map((text) => entry(text)));
  return store;
}

const FINDS: readonly (readonly [what: string, text: string, query: string])[] = [
  ["a word, in any case", "I bought a red Bike.", "BIKE"],
  ["all words, in any order", "The bike that I bought is red", "red bike"],
  ["the beginning of the last word", "I bought a bike", "a bik"],
  ["a phrase", "the red bike is mine", '"red bike"'],
  ["a phrase that is not ended yet", "the red bike is mine", '"red bike'],
  ["a phrase over punctuation", "It is red. Bike it!", '"red bike"'],
  ["a Chinese word of two characters", "我昨天买了一辆自行车。", "昨天"],
  ["a longer Chinese word", "我昨天买了一辆自行车。", "自行车"],
  ["one Chinese character, in the middle and at the end", "我昨天买了一辆自行车", "买 车"],
  ["a Japanese word of two characters", "東京タワーへ行きました", "東京"],
  ["a Japanese word in katakana", "東京タワーへ行きました", "タワー"],
  ["Chinese beside Latin letters", "我的iPhone手机丢了", "iphone 手机"],
  ["Chinese parted by a space that the text does not have", "我的手机丢了", '"我的 手机"'],
  ["Korean without its endings", "자전거를 샀어요", "자전거"],
  ["full width and half width", "ＢＩＫＥ and ｶﾞﾗｽ", "bike ガラス"],
  ["characters outside the first plane", "𠮷野家で食べた", "𠮷野"],
  ["letters that a decomposed accent belongs to", "cafe\u0301 au lait", "café"],
  ["numbers", "Call 555-1234 now", "555-1234"],
  ["a word with an apostrophe", "I don't know", "don't"],
  ["German and Russian", "Straße und улица", "straße УЛИЦА"],
];

for (const [what, text, query] of FINDS) {
  test(`finds ${what}`, async (t) => {
    const store = await storeWith(t, "something else 别的东西 ほかの", text, "and more of it");
    assert.deepEqual(await found(store, query), [text]);
  });
}

const MISSES: readonly (readonly [what: string, text: string, query: string])[] = [
  ["a text that has only some of the words", "I bought a bike", "bike car"],
  ["a phrase in another order", "the bike is red", '"red bike"'],
  ["what is not wanted", "the red bike", "bike -red"],
  ["an unwanted phrase", "the red bike", 'bike -"red bike"'],
  ["an unwanted Chinese word", "红色的自行车", "自行车 -红色"],
  ["a beginning of a word before the last", "I bought a bike", "bik bought"],
  ["characters that stand there apart", "天昨", "昨天"],
  ["characters that punctuation parts", "昨。天", "昨天"],
];

for (const [what, text, query] of MISSES) {
  test(`does not find ${what}`, async (t) => {
    assert.deepEqual(await found(await storeWith(t, text), query), []);
  });
}

test("whatever is typed is a query, and raises no error of the engine", async (t) => {
  const store = await storeWith(t, "I bought a bike");
  const typed = ["", " ", "-", '"', '""', "-bike", "bike AND", "NOT bike", "bike*", "bike OR", "(bike", "NEAR(bike, 2)", "words:bike", "'bike'", "bike'", "bi\\ke", "bike:*", "a & | ! <->", "\u0000bike", "\uE000bike", "\uD83D", "bike".repeat(200), "a ".repeat(200), "{bike}", "^bike", "%_", "; drop table entries;"];
  for (const query of typed) await assert.doesNotReject(search(store, query), query);
  assert.equal((await found(store, "bike*")).length, 1);
  assert.equal((await found(store, "-bike")).length, 0, "what wants nothing finds nothing");
});

test("what is more about it comes first, what is new comes first where two say the same, and whole words before beginnings", async (t) => {
  const store = await freshStore(t);
  await indexAll(store);
  const long = `Once upon a time somebody had a bike, and ${"much else besides ".repeat(40)}`;
  await say(store, entry("My bike, your bike: bike after bike"), entry(long), entry("A bike in spring", { daysAgo: 300 }), entry("A bike in autumn", { daysAgo: 2 }), entry("Biker, biker, biker"));
  const hits = await found(store, "bike");
  assert.deepEqual([hits[0], hits[1], hits.length], ["My bike, your bike: bike after bike", "A bike in autumn", 5]);
  assert.equal(hits.at(3)?.startsWith("Once upon"), true);
  assert.equal(hits[4], "Biker, biker, biker");
});

test("P2 a search in somebody's sessions answers nothing of another's, and the same for a session that is not there", async (t) => {
  const store = await freshStore(t);
  await indexAll(store);
  await say(store, entry("The secret is tangerine", { session_key: ANN }), entry("I like tangerine", { session_key: BEN }));
  assert.deepEqual(await found(store, "tangerine", { scope: { keys: [BEN] } }), ["I like tangerine"]);
  assert.deepEqual(await search(store, "secret", { scope: { keys: [BEN] } }), await search(store, "nobody said this", { scope: { keys: [BEN] } }));
  assert.deepEqual(await search(store, "tangerine", { scope: { keys: ["agent:main:none"] } }), await search(store, "tangerine", { scope: { keys: [] } }));
  assert.equal((await found(store, "tangerine", { scope: { keys: [ANN, BEN] } })).length, 2);
  assert.equal((await found(store, "tangerine", { scope: { keys: [...Array.from({ length: 900 }, (_, i) => `agent:main:${i}`)] } })).length, 0);
});

test("somebody's sessions are all looked into, however many they are, a bounded piece at a time, and no others", async (t) => {
  const store = await freshStore(t);
  await indexAll(store);
  const keys = Array.from({ length: 700 }, (_, i) => `agent:main:telegram:group:-${i}`);
  await say(store, entry("tangerine in the oldest", { session_key: keys.at(-1) ?? "" }));
  await Promise.all(Array.from({ length: 1_150 }, () => say(store, entry("tangerine of somebody else", { session_key: BEN }))));
  await say(store, entry("tangerine in the newest", { session_key: keys[0] ?? "" }));
  await indexAll(store);
  const first = await search(store, "tangerine", { scope: { keys } });
  assert.deepEqual([first.hits.map(({ excerpt }) => excerpt), first.cursor !== null], [["tangerine in the newest"], true]);
  const second = await search(store, "tangerine", { scope: { keys }, cursor: first.cursor ?? "" });
  assert.deepEqual([second.hits.map(({ excerpt }) => excerpt), second.cursor], [["tangerine in the oldest"], null]);
});

test("what the house said, what was set aside and what was taken back is not found", async (t) => {
  const store = await storeWith(t, "I bought a bike");
  await say(store, entry("The bike was announced", { role: "system" }), entry("[message deleted]"));
  assert.deepEqual(await found(store, "bike"), ["I bought a bike"]);
  assert.deepEqual(await found(store, "deleted"), []);
});

test("pages follow each other without a gap and without anything twice", async (t) => {
  const store = await freshStore(t);
  await indexAll(store);
  await say(store, ...Array.from({ length: 230 }, (_, i) => entry(`bike number ${i}`)));
  await indexAll(store);
  const seen: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const answer = await search(store, "bike", { limit: 50, ...(cursor === undefined ? {} : { cursor }) });
    seen.push(...answer.hits.map(({ excerpt }) => excerpt));
    if (answer.cursor === null) break;
    cursor = answer.cursor;
    if (seen.length === 50) await say(store, entry("bike said meanwhile"));
  }
  assert.equal(seen.length, 230);
  assert.equal(new Set(seen).size, 230);
  assert.deepEqual((await search(store, "bike", { cursor: "rubbish" })).hits.length, 20);
});

test("a search ends soon where the index finds much that the texts then say no to, and goes on from there", async (t) => {
  const store = await freshStore(t);
  await indexAll(store);
  await Promise.all(Array.from({ length: 1_150 }, () => say(store, entry("很好的手机"))));
  await indexAll(store);
  const first = await search(store, '"手机 很好"');
  assert.deepEqual([first.hits.length, first.cursor !== null], [0, true]);
  const second = await search(store, '"手机 很好"', { cursor: first.cursor ?? "" });
  assert.deepEqual([second.hits.length, second.cursor], [0, null]);
});

test("a long text is found by what stands at its end, and shown there", async (t) => {
  const text = `${"word ".repeat(4_000)} the needle ${"word ".repeat(10)}`;
  const store = await storeWith(t, text, `${"word ".repeat(4_000)} the thread`);
  const { hits } = await search(store, '"the needle"');
  assert.equal(hits.length, 1);
  assert.match(hits[0]?.excerpt ?? "", /^….*the needle/);
  assert.deepEqual(await found(store, 'word -"the needle" thread'), [(await found(store, "thread"))[0]]);
});
