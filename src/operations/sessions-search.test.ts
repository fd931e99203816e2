import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { freshStore } from "../../test/store/database.ts";
import { ANN, BEN, entry, indexAll, NOW, say } from "../../test/search/house.ts";
import { insertSession } from "../store/statements/insert-session.ts";
import { upsertParticipant } from "../store/statements/upsert-participant.ts";
import type { Caller } from "./operation.ts";
import type { Services } from "./services.ts";
import { sessionsSearch } from "./sessions-search.ts";

const caller: Caller = { channel: "terminal", connectionId: "test", clientName: "test" };
const GROUP = "agent:main:telegram:group:-1";

async function house(t: TestContext): Promise<(input: object) => Promise<string[]>> {
  const store = await freshStore(t);
  await indexAll(store);
  const people = { whoIs: (_channel: string, _account: string, peer: string) => ({ person: peer === "1" ? "Ann" : "Ben", isOwner: false }) };
  const services = { store, clock: { now: () => NOW }, settings: { keyOf: (key: string) => key }, people, live: {} } as unknown as Services;
  for (const [key, senders] of [[ANN, ["1"]], [BEN, ["2"]], [GROUP, ["1", "2"]]] as const) {
    await store.transaction(async (tx) => {
      const place = { key, agent_id: "main", session_id: `${key}/2`, chat_kind: "dm", channel: "telegram", display_name: null, audience: "x" };
      await tx.run(insertSession, { ...place, created_at: 1, updated_at: 1, interaction_at: 1, last_route: null, dock: null });
      for (const sender_id of senders) {
        const where = { session_key: key, channel: "telegram", account: "default", chat: key, thread: null, thread_key: "", chat_kind: "dm", explicit: 0, place: null };
        await tx.run(upsertParticipant, { ...where, sender_id, sender_name: null, messages: 1, last_at: 1, canary: null, language: null });
      }
    }, key);
    await say(store, entry(`tangerine of ${key}`, { session_key: key, session_id: `${key}/1` }));
  }
  return async (input) => {
    const parsed = sessionsSearch.input.parse(input);
    return (await sessionsSearch.run(services, parsed, caller)).hits.map(({ sessionKey }) => sessionKey).toSorted();
  };
}

test("the operator finds everything that was said, also in conversations that have ended, or what one session has", async (t) => {
  const search = await house(t);
  assert.deepEqual(await search({ query: "tangerine" }), [ANN, BEN, GROUP].toSorted());
  assert.deepEqual(await search({ query: "tangerine", key: BEN }), [BEN]);
});

test("P2 as a person nothing is found but in sessions in which they speak, and a session of others is as one that is not there", async (t) => {
  const search = await house(t);
  assert.deepEqual(await search({ query: "tangerine", person: "ann" }), [ANN, GROUP].toSorted());
  assert.deepEqual(await search({ query: "tangerine", person: "telegram:2" }), [BEN, GROUP].toSorted());
  assert.deepEqual(await search({ query: "tangerine", person: "Ann", key: BEN }), await search({ query: "tangerine", person: "Ann", key: "agent:main:none" }));
  assert.deepEqual(await search({ query: "tangerine", person: "Ann", key: BEN }), []);
  await assert.rejects(search({ query: "tangerine", person: "Carla" }), { code: "PEOPLE_UNKNOWN" });
});
