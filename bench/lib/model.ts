/** The mock model as a process of its own, and how long it takes when nobody stands in between. */
import { once } from "node:events";
import { runNode } from "./process.ts";

export interface MockModel {
  readonly baseUrl: string;
  /** One streamed request with this body, read to its end; ms. */
  ask(messages: readonly ModelMessage[]): Promise<number>;
  stop(): Promise<void>;
}

export interface ModelMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

export const ANSWER = "This is the answer of the mock model.";

export async function startMockModel(): Promise<MockModel> {
  const running = runNode(["test/servers/model-server.ts", ANSWER], {});
  while (!running.output().includes("\n")) {
    if (running.child.stdout === null) throw new Error("the mock model has no output");
    await Promise.race([once(running.child.stdout, "data"), once(running.child, "exit")]);
    if (running.child.exitCode !== null) throw new Error(`the mock model ended: ${running.output()}`);
  }
  const { baseUrl } = JSON.parse(running.output().split("\n", 1)[0] ?? "") as { baseUrl: string };
  return {
    baseUrl,
    async ask(messages) {
      const body = { model: "mock", stream: true, stream_options: { include_usage: true }, messages };
      const began = performance.now();
      const response = await fetch(`${baseUrl}/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: "Bearer bench" },
        body: JSON.stringify(body),
      });
      await response.text();
      return performance.now() - began;
    },
    stop: () => running.stop(),
  };
}
