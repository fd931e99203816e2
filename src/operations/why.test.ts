import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { admit, compileAdmission } from "../admission/index.ts";
import { compileRouting, resolveRoute } from "../routing/index.ts";
import { resetPolicy } from "../sessions/reset.ts";
import { removeStateDir, storeIn } from "../../test/store/database.ts";
import { audienceBetween } from "./audience-between.ts";
import { audienceMap } from "./audience-map.ts";
import type { Caller } from "./operation.ts";
import type { Services } from "./services.ts";
import { why } from "./why.ts";

const CALLER: Caller = { channel: "terminal", connectionId: "c", clientName: "test" };

async function withServices(use: (services: Services) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "continuo-why-"));
  const store = await storeIn(directory);
  const routing = compileRouting({});
  const explain: Services["explain"] = {
    admit: (message) => admit(compileAdmission({ channels: { telegram: { groupPolicy: "open" } } }), message),
    route: (message) => resolveRoute(routing, message),
    resetPolicy: (type, channel) => resetPolicy({}, type, channel),
  };
  const settings = { keyOf: (key: string | null) => `agent:main:${key ?? "main"}` };
  try {
    await use({ store, explain, settings, clock: { now: () => 0 }, people: { whoIs: routing.people.whoIs } } as unknown as Services);
  } finally {
    await store.close();
    await removeStateDir(directory);
  }
}

test("why asks the settings about a direct message, and about a room that is named", () =>
  withServices(async (services) => {
    const ask = (input: object) => why.run(services, why.input.parse(input), CALLER);
    const direct = await ask({ channel: "Telegram", peer: "42" });
    assert.ok(direct.kind === "hypothetical");
    assert.deepEqual([direct.admission.reason, direct.route.sessionKey], ["dm_policy_pairing_required", "agent:main:telegram:dm:42"]);
    const group = await ask({ channel: "telegram", peer: "42", group: "-1", thread: "5" });
    assert.ok(group.kind === "hypothetical");
    assert.deepEqual([group.admission.reason, group.route.sessionKey], ["group_policy_open", "agent:main:telegram:group:-1:topic:5"]);
    await assert.rejects(ask({ channel: "telegram", peer: "42", kind: "group" }), { code: "REQUEST_INVALID" });
    await assert.rejects(ask({ messageId: "nothing" }), { code: "REQUEST_INVALID", message: 'No message with the id "nothing" was let in.' });
    for (const wrong of [{}, { messageId: " " }, { channel: "telegram" }]) assert.equal(why.input.safeParse(wrong).success, false);
  }));

test("an empty store has an empty map with a picture, and nobody to compare", () =>
  withServices(async (services) => {
    const map = await audienceMap.run(services, audienceMap.input.parse({ session: "main" }), CALLER);
    assert.deepEqual([map.people, map.sessions, map.memory, map.more], [[], [], [], 0]);
    assert.match(map.svg, /^<svg /);
    await assert.rejects(async () => audienceMap.run(services, audienceMap.input.parse({ person: "Ann" }), CALLER), { code: "PEOPLE_UNKNOWN", message: 'Nobody who has spoken here is "Ann".' });
    await assert.rejects(audienceBetween.run(services, { a: "Ann", b: "Bob" }, CALLER), { code: "PEOPLE_UNKNOWN" });
  }));
