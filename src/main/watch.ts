import type { Config } from "../config/index.ts";
import type { Clock } from "../domain/clock.ts";
import type { Figures } from "../domain/figures.ts";
import { allProbes, type Probe } from "../domain/probe.ts";
import type { TurnEvent } from "../domain/turn.ts";
import type { Log } from "../logging/log.ts";
import type { Family } from "../observe/instruments.ts";
import { createJourneys, type Journeys, type Origin } from "../observe/journeys.ts";
import { createRecorder, type Recorder } from "../observe/recorder.ts";
import { openSpanWriter, type SpanWriter } from "../observe/span-writer.ts";
import { createTraces } from "../observe/traces.ts";
import { measureWay } from "../observe/way.ts";
import { openStoreAt, type StoreTarget } from "../store/open.ts";
import type { Store } from "../store/store.ts";
import { findTurnOrigin } from "../store/statements/find-turn-origin.ts";
import { createLine, type Line, type LineParts } from "./line.ts";
import { observedModels, observedReceive, observedStore } from "./observed.ts";
import { tracedEntrance, UNOBSERVED } from "./observed-entrance.ts";
import { processFigures } from "./process-figures.ts";

/** Looks on while a gateway works: it stands around its parts, and changes nothing of what they do. */
export interface Watch {
  readonly families: readonly Family[];
  openStore(target: StoreTarget): Promise<Store>;
  /** The line, its parts looked at from outside; `also` sees what passes there, too. */
  line(parts: Omit<LineParts, "probe">, also: Probe | undefined): Line;
  onTurnEvent(event: TurnEvent): void;
  figures(connections: number): Figures;
  /** Sends the last traces. */
  stop(): Promise<void>;
}

export interface WatchParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly version: string;
  readonly config: Config;
}

/** A row of the store as the origin of a turn. */
async function originIn(store: Store | null, turnId: string): Promise<Origin | null> {
  const row = await store?.get(findTurnOrigin, { id: turnId });
  return row === undefined ? null : { turnId, runId: row.run_id, sessionKey: row.session_key, acceptedAt: row.accepted_at, attempt: row.attempt };
}

async function openTraces({ config, log, version }: WatchParts, journeys: Journeys) {
  const { endpoint, headers = {}, sampleRate } = config.telemetry.traces;
  if (endpoint === undefined || sampleRate === 0) return null;
  const onTrouble = (error: unknown): void => log.warn({ err: error }, "traces cannot be delivered; nothing else is affected");
  const writer: SpanWriter = await openSpanWriter({ endpoint, headers, sampleRate, version, onTrouble });
  return { writer, traces: createTraces(writer, journeys, () => performance.timeOrigin + performance.now()) };
}

export async function createWatch(parts: WatchParts): Promise<Watch> {
  // Several gateways go by one clock: that of what they share.
  let { clock } = parts;
  const recorder: Recorder = createRecorder({ now: () => clock.now(), elapsed: () => performance.now() });
  let observed: Store | null = null;
  const journeys = createJourneys((turnId) => originIn(observed, turnId));
  const tracing = await openTraces(parts, journeys);
  const traces = tracing?.traces ?? null;
  const entrance = traces === null ? UNOBSERVED : tracedEntrance(traces);
  const ofProcess = processFigures(parts.clock);
  const probes = [measureWay(recorder, journeys), ...(traces === null ? [] : [traces.probe])];
  return {
    families: recorder.families,
    async openStore(target) {
      observed = observedStore(await openStoreAt({ ...target, onCommit: recorder.committed }), recorder);
      clock = observed.cluster?.clock ?? parts.clock;
      return observed;
    },
    line(given, also) {
      const line = createLine({
        ...given,
        probe: allProbes(also === undefined ? probes : [...probes, also]),
        settings: entrance.settings(given.settings),
        people: entrance.people(given.people),
        models: { ...given.models, resolve: observedModels(given.models.resolve, recorder, traces) },
      });
      return { ...line, receive: observedReceive(entrance.receive(line.receive), recorder) };
    },
    onTurnEvent(event) {
      recorder.line.turnEvent(event);
      traces?.onTurnEvent(event);
    },
    figures: (connections) => ({ process: ofProcess(connections), rates: recorder.rates(), stages: recorder.stages() }),
    // A collector that is away has been told of already.
    stop: async () => tracing?.writer.stop(),
  };
}
