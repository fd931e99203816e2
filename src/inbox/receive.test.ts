import assert from "node:assert/strict";
import { test } from "node:test";
import { freshStore } from "../../test/store/database.ts";
import { systemClock } from "../domain/clock.ts";
import { createIds } from "../domain/ids.ts";
import { directMessage, type InboundMessage } from "../domain/message.ts";
import { noProbe } from "../domain/probe.ts";
import { compileRouting, resolveRoute } from "../routing/index.ts";
import { listWaitingItems } from "../store/statements/list-waiting-items.ts";
import type { ReceiveParts } from "./parts.ts";
import { createReceive } from "./receive.ts";

const routing = compileRouting({});
const said = (senderId: string, text: string): InboundMessage => directMessage({ channel: "telegram", account: "default", senderId }, { messageId: text, text });

test("what is said in one place is accepted in the order in which it came in, and nobody waits for another place", async (t) => {
  const store = await freshStore(t);
  const known = Promise.withResolvers<void>();
  const settings: ReceiveParts["settings"] = {
    admit: (message) => ({ kind: "admitted", message, reason: "test", commands: true }),
    route: (message) => resolveRoute(routing, message),
    resetTriggers: () => [],
    historyLimit: () => 0,
  };
  const receive = createReceive({
    ...{ store, settings, clock: systemClock, ids: createIds(systemClock), probe: noProbe },
    doorway: {
      // The first takes long to be looked up.
      identify: async (message) => (message.text === "first" ? known.promise.then(() => message) : message),
      ask: async () => null,
    },
    sessions: { reserve: () => null, wake: () => undefined, stop: async () => [], limit: async () => false },
    sayNow: async () => undefined,
    wakeOutbox: () => undefined,
  });
  const texts = async (): Promise<unknown[]> => (await store.all(listWaitingItems, { after: 0, limit: 10 })).map(({ message_id }) => message_id);
  const here = ["first", "second", "third"].map((text) => receive(said("1", text)));
  await receive(said("2", "elsewhere"));
  assert.deepEqual(await texts(), ["elsewhere"]);
  known.resolve();
  await Promise.all(here);
  assert.deepEqual(await texts(), ["elsewhere", "first", "second", "third"]);
});
