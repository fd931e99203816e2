import type { CliDeps, Progress, Watched } from "./deps.ts";
import type { GatewayEvent } from "./gateway-client.ts";
import { operate } from "./operate.ts";
import { watch } from "./progress.ts";
import { asRow, numberOf, textOf, type Row } from "./wire.ts";

const PHASES: readonly string[] = ["import", "export", "mirror"] satisfies Progress["phase"][];

function progressOf({ event, payload }: GatewayEvent): Progress | null {
  const phase = textOf(payload, "phase");
  const [done, total] = [numberOf(payload, "done"), numberOf(payload, "total")];
  if (event !== "moving.progress" || phase === null || !PHASES.includes(phase) || done === null || total === null) return null;
  return { phase: phase as Progress["phase"], done, total };
}

/** Something that moves in or out, by the running gateway or in its place, with its progress. What was begun when somebody leaves is carried on by the next run. */
export async function operateWatched(deps: CliDeps, json: boolean, method: string, params: object): Promise<Row> {
  return watch(deps.terminal, json, async ({ signal, onProgress }: Watched) => {
    const left = new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true }));
    const onEvent = (event: GatewayEvent): void => {
      const progress = progressOf(event);
      if (progress !== null) onProgress(progress);
    };
    return asRow(await Promise.race([operate(deps, method, params, onEvent), left]));
  });
}
