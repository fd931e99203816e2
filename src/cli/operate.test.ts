import assert from "node:assert/strict";
import { test } from "node:test";
import { ContinuoError } from "../domain/errors.ts";
import type { CliDeps } from "./deps.ts";
import { consult, operate } from "./operate.ts";
import { fakeCli, type FakeOptions } from "./testing/fake-cli.ts";
import { fakeGateway, WireRefusal, type FakeMethod } from "./testing/fake-gateway.ts";

interface World {
  readonly deps: CliDeps;
  readonly log: string[];
}

/** What was opened and closed, in order; `locked`: somebody else has the state directory. */
function world(options: FakeOptions, locked = false): World & { remove(): void } {
  const log: string[] = [];
  const cli = fakeCli({ ...options, local: (method) => (log.push(`read ${method}`), { from: "store" }) });
  const deps: CliDeps = {
    ...cli.deps,
    local: {
      read: cli.deps.local.read,
      write: async () => {
        if (locked) throw new ContinuoError("STATE_LOCKED", "The state directory is in use by the gateway with pid 7.");
        log.push("lock");
        return {
          call: async (method) => {
            log.push(`write ${method}`);
            if (method === "fail") throw new ContinuoError("PEOPLE_UNKNOWN", "Nobody is called that.");
            return { from: "lock" };
          },
          close: async () => void log.push("release"),
        };
      },
    },
  };
  return { deps, log, remove: cli.remove };
}

async function withGateway(methods: Readonly<Record<string, FakeMethod>>, run: (here: World, calls: () => string[]) => Promise<void>): Promise<void> {
  const gateway = await fakeGateway(methods);
  const here = world({ holder: gateway.file });
  try {
    await run(here, () => gateway.calls.map(({ method }) => method).filter((method) => method !== "connect"));
  } finally {
    here.remove();
    await gateway.close();
  }
}

test("a change goes through the gateway that holds the state directory, and its events reach whoever waits", async () => {
  const link: FakeMethod = (_params, connection) => {
    connection.event("changes.progress", { done: 1, total: 2 });
    return { applied: true };
  };
  await withGateway({ "people.link": link, "people.list": () => ({ people: [] }) }, async ({ deps, log }, calls) => {
    const events: string[] = [];
    assert.deepEqual(await operate(deps, "people.link", {}, ({ event }) => events.push(event)), { applied: true });
    assert.deepEqual(await consult(deps, "people.list", {}), { people: [] });
    assert.deepEqual([calls(), log], [["people.link", "people.list"], []]);
    assert.ok(events.includes("changes.progress"));
  });
});

test("a running gateway that refuses is not gone around", async () => {
  const refuse: FakeMethod = () => {
    throw new WireRefusal({ code: "FORBIDDEN", message: "admin is needed" });
  };
  await withGateway({ "people.link": refuse }, async ({ deps, log }) => {
    await assert.rejects(operate(deps, "people.link", {}), { code: "REQUEST_FORBIDDEN" });
    await assert.rejects(operate(deps, "people.unknown", {}), { code: "REQUEST_INVALID" });
    assert.deepEqual(log, []);
  });
});

test("a process that holds the directory and does not answer is not gone around either", async () => {
  const gone = await fakeGateway();
  await gone.close();
  const { deps, log, remove } = world({ holder: gone.file });
  await assert.rejects(operate(deps, "people.link", {}), { code: "GATEWAY_UNREACHABLE" });
  assert.deepEqual(log, []);
  remove();
});

test("without a gateway a change is made under the lock, which is given back after a failure too", async () => {
  const { deps, log, remove } = world({});
  assert.deepEqual(await operate(deps, "people.link", {}), { from: "lock" });
  await assert.rejects(operate(deps, "fail", {}), { code: "PEOPLE_UNKNOWN" });
  assert.deepEqual(await consult(deps, "people.list", {}), { from: "store" });
  assert.deepEqual(log, ["lock", "write people.link", "release", "lock", "write fail", "release", "read people.list"]);
  remove();
});

test("a gateway that appears meanwhile has the lock: nothing is changed, and the cure is to say it again", async () => {
  const { deps, log, remove } = world({}, true);
  await assert.rejects(operate(deps, "people.link", {}), (error: ContinuoError) => {
    assert.equal(error.code, "STATE_LOCKED");
    assert.match(String(error.fields.cure), /Nothing was changed.*run the command again/);
    return true;
  });
  assert.deepEqual(log, []);
  remove();
});

test("where the configuration says that the gateway is elsewhere, no store of this place is touched", async () => {
  const elsewhere = await fakeGateway();
  await elsewhere.close();
  const { deps, log, remove } = world({ config: { gateway: { mode: "remote", remote: { url: `ws://127.0.0.1:${elsewhere.file.port}`, token: "x" } } } });
  await assert.rejects(operate(deps, "people.link", {}), { code: "GATEWAY_UNREACHABLE" });
  await assert.rejects(consult(deps, "people.list", {}), { code: "GATEWAY_UNREACHABLE" });
  assert.deepEqual(log, []);
  remove();
});
