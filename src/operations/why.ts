import { z } from "zod";
import { explainMessage, type Why } from "../audit/why/explain-message.ts";
import { findMessage, readHypothetical, readStored } from "../audit/why/read-message.ts";
import type { ExplainedMessage } from "../audit/why/explain-message.ts";
import { ContinuoError } from "../domain/errors.ts";
import type { ChatKind, InboundMessage } from "../domain/message.ts";
import { define } from "./define.ts";

/** The id names several messages: ask again with one of their own ids. */
interface Ambiguous {
  readonly kind: "ambiguous";
  readonly candidates: readonly ExplainedMessage[];
  readonly lines: readonly string[];
}

const id = z.string().trim().min(1).max(512);

const stored = z.object({ messageId: id });
const asked = z.object({
  channel: id,
  peer: id,
  account: z.string().trim().max(512).default(""),
  group: id.optional(),
  thread: id.optional(),
  kind: z.enum(["dm", "group", "channel"]).optional(),
});

type Asked = z.output<typeof asked>;

/** Somebody's message that nobody wrote; a room is a group unless said otherwise. */
function messageOf({ channel, account, peer, group, thread, kind }: Asked): InboundMessage {
  const chatKind: ChatKind = kind ?? (group === undefined ? "dm" : "group");
  if (chatKind !== "dm" && group === undefined) throw new ContinuoError("REQUEST_INVALID", "A room has to be named: give its id as `group`.");
  return {
    address: { channel: channel.toLowerCase(), account, chat: group ?? peer, thread: thread ?? null },
    chatKind,
    sender: { id: peer, name: null, username: null },
    messageId: null,
    text: "",
    mentioned: true,
    sentAt: 0,
    place: null,
    target: null,
  };
}

export const why = define({
  name: "why",
  scope: "read",
  input: z.union([stored, asked]),
  example: { channel: "telegram", peer: "42" },
  /** Why a message went where it went, or where one would go (docs/audience.md). */
  async run(services, input): Promise<Why | Ambiguous> {
    const { store, explain, clock } = services;
    if (!("messageId" in input)) return explainMessage(await readHypothetical(store, explain, messageOf(input), clock.now()));
    const found = await findMessage(store, input.messageId);
    if (found.kind === "one") return explainMessage(await readStored(store, explain, found.row));
    if (found.kind === "many") {
      const lines = ["Several messages have this id. Ask again with the `id` of one of them."];
      return { kind: "ambiguous", candidates: found.candidates, lines };
    }
    throw new ContinuoError("REQUEST_INVALID", `No message with the id ${JSON.stringify(input.messageId)} was let in.`, {
      fields: { cure: "A message that was refused is asked for by its channel and sender: `continuo why --channel telegram --peer 42`." },
    });
  },
});
