import type { ResolvedModel } from "../agent/run.ts";
import type { Clock } from "../domain/clock.ts";
import type { Figures } from "../domain/figures.ts";
import { allProbes, type Probe } from "../domain/probe.ts";
import type { TurnEvent } from "../domain/turn.ts";
import { createJourneys, type Origin } from "../observe/journeys.ts";
import { createRecorder, type Recorder } from "../observe/recorder.ts";
import { measureWay } from "../observe/way.ts";
import type { Store } from "../store/store.ts";
import { findTurnOrigin } from "../store/statements/find-turn-origin.ts";
import type { Line } from "./line.ts";
import { observedModels, observedReceive, observedStore } from "./observed.ts";
import { processFigures } from "./process-figures.ts";

/** Looks on while a gateway works: each of these stands around one of its parts, and changes nothing of what it does. */
export interface Watch {
  readonly recorder: Recorder;
  readonly commits: { onCommit(transactions: number): void };
  store(store: Store): Store;
  probe(also: Probe | undefined): Probe;
  models(resolve: (ref: string) => ResolvedModel): (ref: string) => ResolvedModel;
  line(line: Line): Line;
  onTurnEvent(event: TurnEvent): void;
  figures(connections: number): Figures;
}

/** A row of the store as the origin of a turn. */
async function originIn(store: Store | null, turnId: string): Promise<Origin | null> {
  const row = await store?.get(findTurnOrigin, { id: turnId });
  return row === undefined ? null : { turnId, runId: row.run_id, sessionKey: row.session_key, acceptedAt: row.accepted_at, attempt: row.attempt };
}

export function createWatch(own: Clock): Watch {
  // Several gateways go by one clock: that of what they share.
  let clock = own;
  const recorder = createRecorder({ now: () => clock.now(), elapsed: () => performance.now() });
  let observed: Store | null = null;
  const journeys = createJourneys((turnId) => originIn(observed, turnId));
  const measure = measureWay(recorder, journeys);
  const ofProcess = processFigures(own);
  return {
    recorder,
    commits: { onCommit: recorder.committed },
    store(store) {
      clock = store.cluster?.clock ?? own;
      return (observed = observedStore(store, recorder));
    },
    probe: (also) => (also === undefined ? measure : allProbes([measure, also])),
    models: (resolve) => observedModels(resolve, recorder),
    line: (line) => ({ ...line, receive: observedReceive(line.receive, recorder) }),
    onTurnEvent: recorder.line.turnEvent,
    figures: (connections) => ({ process: ofProcess(connections), rates: recorder.rates(), stages: recorder.stages() }),
  };
}
