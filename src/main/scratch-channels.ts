import type { Channel } from "../domain/channel.ts";

/** Stands in for the platforms while `verify` runs: its replies are read from the turn, and no chat sees them. */
export function createScratchChannels(): { get(name: string): Channel } {
  return {
    get: (name) => ({
      name,
      accounts: [],
      repeats: "ambiguous",
      start: async () => undefined,
      stop: async () => undefined,
      render: (markdown) => [{ text: markdown, plain: markdown }],
      send: async (outgoing) => ({ messageId: outgoing.nonce }),
    }),
  };
}
