import assert from "node:assert/strict";
import { test } from "node:test";
import { freshStore } from "../../test/store/database.ts";
import { directMessage } from "../domain/message.ts";
import { createDirectory } from "../people/index.ts";
import { compileRouting, resolveRoute } from "../routing/index.ts";
import type { Store } from "../store/store.ts";
import { createDoorway } from "./doorway.ts";
import type { PeopleParts } from "./people-parts.ts";

const routing = compileRouting({});
const said = (text: string, sessionKey: string) => directMessage({ channel: "webchat", account: "default", senderId: "operator" }, { messageId: text, text, target: { sessionKey, agentId: null } });

test("what is said in one place is let in in the order in which it came, however long each takes to be looked up, and no other place waits", async (t) => {
  const store = await freshStore(t);
  const found = Promise.withResolvers<void>();
  let lookups = 0;
  const slowAtFirst: Store = {
    ...store,
    async get(statement, params) {
      if (lookups++ === 0) await found.promise;
      return store.get(statement, params);
    },
  };
  const settings = { current: () => ({ route: (message: Parameters<typeof resolveRoute>[1]) => resolveRoute(routing, message) }) };
  const doorway = createDoorway({ store: slowAtFirst, settings, directory: createDirectory() } as unknown as PeopleParts);
  const entered: string[] = [];
  const enter = async (text: string, key: string): Promise<void> => void entered.push((await doorway.identify(said(text, key))).text);
  const here = ["first", "second", "third"].map((text) => enter(text, "red"));
  await enter("elsewhere", "blue");
  assert.deepEqual(entered, ["elsewhere"]);
  found.resolve();
  await Promise.all(here);
  assert.deepEqual(entered, ["elsewhere", "first", "second", "third"]);
});
