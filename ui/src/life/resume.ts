import type { App } from "../app.ts";

/** An earlier conversation is the current one again, and is shown. */
export async function resume({ life, history }: Pick<App, "life" | "history">, key: string, sessionId: string): Promise<void> {
  if (await life.act("conversations.resume", { key, sessionId })) await history.open(key, null);
}
