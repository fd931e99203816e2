import type { z } from "zod";

/** What a caller must hold; admin includes write, write includes read (spec 11.2). */
export type Scope = "read" | "write" | "admin";

/** Who asks. Projections (WebSocket, HTTP, CLI) build it; operations never see a socket. */
export interface Caller {
  /** `webchat` for pages, `terminal` for command lines and terminal clients. */
  readonly channel: "webchat" | "terminal";
  readonly connectionId: string;
  readonly clientName: string;
  /** The language that its reader has chosen to see, as a tag. */
  readonly locale?: string;
}

/**
 * One thing that an outsider may ask. The schema validates what comes in; its type is what `run` gets.
 * Projections (WebSocket method, HTTP route, page, command) add nothing to it.
 */
export interface Operation<Input extends z.ZodType, Output, Services> {
  /** The WebSocket method: `sessions.list`. */
  readonly name: string;
  readonly scope: Scope;
  readonly input: Input;
  /** A valid input, for the documentation and the tests. */
  readonly example: z.input<Input>;
  run(services: Services, input: z.output<Input>, caller: Caller): Promise<Output>;
}
