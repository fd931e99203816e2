/**
 * All faults together, drawn from seeds (`npm run faults` draws more): real gateways, people who talk in eight rooms on
 * two bots and over WebSocket, and everything that can go wrong. CONTINUO_FAULTS sets how many faults a town gets.
 */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { ENGINE } from "../store/engine.ts";
import { describeFailure, reportOf } from "./report.ts";
import { playRound } from "./round.ts";
import { bundleVictim } from "./victim.ts";

const FAULTS = Number(process.env["CONTINUO_FAULTS"] ?? 40);
/** Every start of a gateway takes its time; what is stuck is found out by the towns themselves. */
const TIMEOUT_MS = 900_000;

const TOWNS = { sqlite: { gateways: 1, seeds: [1, 2, 3] }, postgres: { gateways: 2, seeds: [1, 2] } };
const { gateways, seeds } = TOWNS[ENGINE];

const bundle = await bundleVictim();
after(() => bundle.remove());

describe("P5 and P16 under every fault that has a name", { timeout: TIMEOUT_MS * seeds.length }, () => {
  for (const seed of seeds) {
    test(`seed ${seed}, ${ENGINE}, ${gateways} gateway(s), ${FAULTS} faults: nothing lost, nothing twice, everything in order and in its own chat`, { timeout: TIMEOUT_MS }, async (t) => {
      const round = await playRound({ seed, faults: FAULTS, engine: ENGINE, gateways, bundle, progress: () => undefined });
      const again = `npm run faults -- --seed ${seed} --faults ${FAULTS} --engine ${ENGINE} --gateways ${gateways}`;
      assert.equal(round.findings.length, 0, describeFailure(round, again));
      const { total, noticed, beginnings } = reportOf([round]);
      t.diagnostic(`${total.count} faults, ${round.messages} messages: 0 lost, 0 doubled, 0 out of order, ${total.unknown} unknown; ${noticed} noticed, ${beginnings} beginnings left; longest ${(total.longestMs / 1_000).toFixed(1)} s`);
    });
  }
});
