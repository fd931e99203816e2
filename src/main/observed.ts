import type { ModelEvent } from "../agent/providers/provider.ts";
import type { ResolvedModel } from "../agent/run.ts";
import { isContinuoError } from "../domain/errors.ts";
import type { Usage } from "../domain/usage.ts";
import type { Receive } from "../inbox/receive.ts";
import type { Recorder, StoreKind } from "../observe/recorder.ts";
import type { Traces } from "../observe/traces.ts";
import type { Store } from "../store/store.ts";

/** The same, each message counted by what became of it. */
export function observedReceive(receive: Receive, recorder: Recorder): Receive {
  return async (message, offered) => {
    const { channel } = message.address;
    try {
      const outcome = await receive(message, offered);
      recorder.line.received(channel, outcome);
      return outcome;
    } catch (error) {
      recorder.line.received(channel, null);
      throw error;
    }
  };
}

/** The same, each call measured: the commit of what is written included. */
export function observedStore(store: Store, recorder: Recorder): Store {
  const { elapsed } = recorder.time;
  const timed = async <T>(kind: StoreKind, work: Promise<T>, began: number): Promise<T> => {
    try {
      return await work;
    } finally {
      recorder.store(kind, elapsed() - began);
    }
  };
  return {
    all: (statement, params) => timed("read", store.all(statement, params), elapsed()),
    get: (statement, params) => timed("read", store.get(statement, params), elapsed()),
    run: (statement, params) => timed("write", store.run(statement, params), elapsed()),
    transaction: (work, session) => timed("transaction", store.transaction(work, session), elapsed()),
    clear: (isAlone) => store.clear(isAlone),
    close: () => store.close(),
    cluster: store.cluster,
    upkeep: store.upkeep,
  };
}

function outcomeOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return "stopped";
  return isContinuoError(error) ? error.code.toLowerCase() : "internal";
}

/**
 * The same stream; `ended` is told once how it ended. A plain iterator: a generator could not be left while its source hangs.
 */
export function watchedStream(source: AsyncIterable<ModelEvent>, signal: AbortSignal, ended: (outcome: string, usage: Usage | null) => void): AsyncIterable<ModelEvent> {
  return {
    [Symbol.asyncIterator]() {
      const inner = source[Symbol.asyncIterator]();
      let usage: Usage | null = null;
      let told = false;
      const tell = (outcome: string): void => {
        if (!told) ended(outcome, usage);
        told = true;
      };
      return {
        async next() {
          try {
            const step = await inner.next();
            if (step.done === true) tell("answered");
            else if (step.value.kind === "finish") usage = step.value.usage;
            return step;
          } catch (error) {
            tell(outcomeOf(error, signal));
            throw error;
          }
        },
        async return() {
          tell("stopped");
          return (await inner.return?.()) ?? { done: true, value: undefined };
        },
      };
    },
  };
}

type Resolve = (ref: string) => ResolvedModel;

/** The same models, each request counted with its tokens, and a span of its trace. */
export function observedModels(resolve: Resolve, recorder: Recorder, traces: Traces | null): Resolve {
  return (ref) => {
    const found = resolve(ref);
    const { provider } = found;
    return {
      ...found,
      provider: {
        id: provider.id,
        models: provider.models,
        stream(request, signal) {
          const began = recorder.time.elapsed();
          const asked = traces?.now() ?? 0;
          return watchedStream(provider.stream(request, signal), signal, (outcome, usage) => {
            recorder.model(ref, outcome, recorder.time.elapsed() - began, usage);
            traces?.modelEnded(request, ref, outcome, { start: asked, end: traces.now() }, usage);
          });
        },
      },
    };
  };
}
