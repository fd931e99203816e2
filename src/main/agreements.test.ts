import assert from "node:assert/strict";
import { test } from "node:test";
import { openTo, startHarness } from "../../test/line/harness.ts";
import { systemClock } from "../domain/clock.ts";
import { ContinuoError } from "../domain/errors.ts";
import { createIds } from "../domain/ids.ts";
import { agreedLinks, consent, issueCode, redeemCode, type Party } from "../people/index.ts";
import { settleAgreements } from "./agreements.ts";
import type { ChangesParts } from "./changes-parts.ts";

const party = (channel: string, peer: string): Party => ({
  ...{ channel, account: "default", peer, displayName: null },
  ...{ address: { channel, account: "default", chat: peer, thread: null }, audience: `peer:${channel}:default:${peer}`, chatKind: "dm" as const },
});
const ANN = party("telegram", "42");
const ALSO_ANN = party("discord", "77");

test("that a link is made and that both are told is one thing: what cannot be told is not noted as done, and is tried again", async () => {
  const h = await startHarness({ channels: ["telegram", "discord"], config: openTo("telegram", "discord") });
  const now = systemClock.now();
  await h.store.transaction(async (tx) => {
    const issued = await issueCode(tx, ANN, now, () => Math.random());
    assert.equal(issued.kind, "code");
    assert.equal((await redeemCode(tx, issued.kind === "code" ? issued.code : "", ALSO_ANN, now)).kind, "ask");
    for (const side of [ANN, ALSO_ANN]) await consent(tx, side, true, now);
  });
  const kept: string[] = [];
  let isBroken = true;
  const house: Partial<ChangesParts["house"]> = {
    async say(tx, { address }) {
      if (isBroken && address.channel === "discord") throw new ContinuoError("STORE_BUSY", "not now");
      tx.afterCommit(() => kept.push(address.channel));
    },
  };
  const parts = { store: h.store, clock: systemClock, ids: createIds(systemClock), settings: h.settings, log: { info() {}, debug() {}, warn() {}, error() {} }, house } as unknown as ChangesParts;
  const settle = async (): Promise<number> => settleAgreements(parts, async () => undefined);
  assert.equal(await settle(), 1);
  assert.deepEqual([(await agreedLinks(h.store)).length, kept], [1, []], "one side alone is told nothing");
  isBroken = false;
  assert.equal(await settle(), 0);
  assert.equal(await settle(), 0);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([(await agreedLinks(h.store)).length, kept.toSorted()], [0, ["discord", "telegram"]], "both, and once");
  await h.close();
});
