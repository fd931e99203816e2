import type { Address } from "../domain/address.ts";
import type { Channel, ChannelLog, Edits } from "../domain/channel.ts";
import type { Clock } from "../domain/clock.ts";
import { isContinuoError } from "../domain/errors.ts";
import type { TurnEvent } from "../domain/turn.ts";

export interface LiveParts {
  readonly clock: Clock;
  readonly log: ChannelLog;
  channel(address: Address, sessionKey: string): Channel | null;
  /** Whether this address has everything that was committed for it. */
  hasAll(address: Address): Promise<boolean>;
  /** Makes a draft survive a crash: the turn's next holder completes it instead of sending a second message. */
  rememberDraft(turnId: string, draft: string): Promise<void>;
}

/** What a chat sees while a turn runs: typing, and a message that grows where the platform can edit. */
export interface LiveReplies {
  onTurnEvent(event: TurnEvent): void;
  /** Ends the live view of a turn; resolves to the platform's id of its draft, if there is one. */
  settle(turnId: string): Promise<string | null>;
}

interface View {
  readonly turnId: string;
  readonly channel: Channel;
  readonly address: Address;
  readonly replyTo: string | null;
  readonly startedAt: number;
  readonly abort: AbortController;
  hidden: boolean;
  tried: boolean;
  text: string;
  shown: string;
  draft: string | null;
  typing: NodeJS.Timeout | null;
  timer: NodeJS.Timeout | null;
  busy: Promise<void> | null;
}

/** Quick answers go out whole: a draft begins only when an answer takes its time and has something to show. */
const DRAFT_AFTER_MS = 900;
const DRAFT_MIN_CHARS = 24;
/** Whoever reads a beginning sees that it is one, also where its gateway died and the whole answer came as another message. */
const UNFINISHED = " …";
/** A platform that does not answer must not keep a finished answer from being stored. */
const LAST_CALL_MS = 5_000;

export function createLiveReplies(parts: LiveParts): LiveReplies {
  const views = new Map<string, View>();

  const show = async (view: View, edits: Edits): Promise<void> => {
    const { text } = view;
    view.tried = true;
    const part = view.channel.render(`${text.trimEnd()}${UNFINISHED}`)[0];
    if (!part || text === view.shown) return;
    if (view.draft === null) {
      // An earlier answer that is still on its way there comes first (law 3).
      if (!(await parts.hasAll(view.address))) return;
      const outgoing = { address: view.address, part, replyTo: view.replyTo, nonce: `${view.turnId}-draft` };
      view.draft = (await view.channel.send(outgoing, view.abort.signal)).messageId;
      await parts.rememberDraft(view.turnId, view.draft);
    } else await edits.edit(view.address, view.draft, part, view.abort.signal);
    view.shown = text;
  };

  const schedule = (view: View, edits: Edits): void => {
    if (view.hidden || view.timer || view.busy || view.text.length < DRAFT_MIN_CHARS) return;
    const age = parts.clock.now() - view.startedAt;
    const wait = view.tried ? edits.intervalMs : Math.max(0, DRAFT_AFTER_MS - age);
    view.timer = setTimeout(() => {
      view.timer = null;
      view.busy = show(view, edits)
        .catch((error: unknown) => notShown(parts.log, view, error))
        .finally(() => {
          view.busy = null;
          if (views.has(view.turnId) && view.text.length > view.shown.length) schedule(view, edits);
        });
    }, wait);
  };

  return {
    onTurnEvent(event) {
      if (event.kind === "started") {
        const view = openView(parts, event);
        if (view) views.set(event.turnId, view);
        return;
      }
      const view = views.get(event.turnId);
      if (!view || event.kind === "joined") return;
      if (event.kind === "delta") {
        view.text = event.text;
        if (view.channel.edits) schedule(view, view.channel.edits);
      } else closeView(views, view);
    },
    async settle(turnId) {
      const view = views.get(turnId);
      if (!view) return null;
      closeView(views, view);
      const patience = setTimeout(() => view.abort.abort(), LAST_CALL_MS);
      if (view.busy) await view.busy;
      clearTimeout(patience);
      return view.draft;
    },
  };
}

function notShown(log: ChannelLog, view: View, error: unknown): void {
  log.debug({ err: error, turnId: view.turnId }, "a draft could not be shown");
  // It may be there: a second beginning beside it would be worse than none.
  view.hidden = isContinuoError(error) && error.code === "CHANNEL_UNCERTAIN";
}

function openView(parts: LiveParts, event: Extract<TurnEvent, { kind: "started" }>): View | null {
  const channel = parts.channel(event.reply.address, event.sessionKey);
  if (!channel) return null;
  const address = event.reply.address;
  const typing = channel.typing;
  const tell = (): void => {
    typing?.show(address).catch((error: unknown) => parts.log.debug({ err: error }, "typing could not be shown"));
  };
  if (typing) tell();
  return {
    turnId: event.turnId,
    channel,
    address,
    replyTo: event.reply.replyTo,
    startedAt: parts.clock.now(),
    abort: new AbortController(),
    hidden: false,
    tried: false,
    text: "",
    shown: "",
    draft: event.draft,
    typing: typing ? setInterval(tell, typing.intervalMs) : null,
    timer: null,
    busy: null,
  };
}

function closeView(views: Map<string, View>, view: View): void {
  views.delete(view.turnId);
  if (view.typing) clearInterval(view.typing);
  if (view.timer) clearTimeout(view.timer);
}
