import type { Session } from "../domain/session.ts";

/** What was chosen for a session alone, by the names that clients and files know it by (spec 3.3); what follows the configuration is left out. */
export function chosenFields({ choices, queue }: Pick<Session, "choices" | "queue">) {
  return {
    thinkingLevel: choices.thinking,
    verboseLevel: choices.verbose,
    groupActivation: choices.activation,
    sendPolicy: choices.send,
    responseUsage: choices.usage,
    queueMode: queue?.mode,
    queueDebounceMs: queue?.debounceMs,
    queueCap: queue?.cap,
    queueDrop: queue?.drop,
  };
}
