import { batch } from "@preact/signals";
import { createFollowers } from "./followers.ts";
import { createFrameQueue } from "./frame.ts";
import type { HistoryReader } from "./history.ts";
import type { People } from "./people/people.ts";
import { addNote, changeOutgoing, heedReply } from "./sending.ts";
import type { Sessions } from "./sessions.ts";
import { positionOf } from "./store.ts";
import type { Draft, Outgoing, Store } from "./store.ts";
import { textOf } from "./wire.ts";
import type { AgentEvent, ChatEvent, SessionChanged } from "./wire.ts";

const ANNOUNCED_CHARS = 600;

export interface Events {
  on(event: string, payload: unknown): void;
}

export interface EventTargets {
  readonly store: Store;
  readonly history: HistoryReader;
  readonly sessions: Sessions;
  readonly people: Pick<People, "refresh">;
}

interface Growth {
  readonly sessionKey: string;
  readonly text: string;
  readonly channel: string | null;
}

function putDraft(store: Store, fresh: Omit<Draft, "after">): void {
  const draft = { ...fresh, after: positionOf(store.transcript.value) };
  const known = store.drafts.value.find(({ runId }) => runId === draft.runId);
  if (known?.ended) return;
  if (known) store.drafts.value = store.drafts.value.map((other) => (other === known ? { ...draft, at: known.at, after: known.after, channel: draft.channel ?? known.channel } : other));
  else store.drafts.value = [...store.drafts.value, draft];
}

function isShown(store: Store, sessionKey: string): boolean {
  const key = sessionKey === "main" ? store.hello.value?.snapshot.sessionDefaults.mainSessionKey : sessionKey;
  return key === store.selected.value && store.reading.value === null;
}

/** What others wrote. A turn may have collected ours with theirs: ours stand there already. */
function putIncoming(store: Store, { runId, sessionKey, data }: AgentEvent): void {
  const ours = store.outgoing.value.filter(({ key }) => key === sessionKey).map(({ text }) => text.trim());
  const texts = (data.texts ?? []).filter((text) => {
    const at = ours.indexOf(text.trim());
    if (at !== -1) ours.splice(at, 1);
    return at === -1;
  });
  if (texts.length === 0) return;
  store.incoming.value = [...store.incoming.value, { runId, texts, channel: data.channel ?? null, senderName: data.senderName ?? null, at: Date.now(), after: positionOf(store.transcript.value) }];
}

/** What was off the record stands where it was said as long as it is shown: no reading brings it. */
function keepHere(store: Store, { runId, text: asked }: Outgoing, answer: string): void {
  store.outgoing.value = store.outgoing.value.filter((message) => message.runId !== runId);
  store.drafts.value = store.drafts.value.filter((draft) => draft.runId !== runId);
  addNote(store, { id: `said:${runId}`, kind: "said", text: asked });
  if (answer !== "") addNote(store, { id: `answered:${runId}`, kind: "answered", text: answer });
}

/** The end of a run: its whole text, or what the house says instead. */
function putEnd(store: Store, event: ChatEvent): void {
  const { runId, state, message } = event;
  const text = textOf(message?.content);
  const isReply = message?.provider === "openclaw" && message.model === "gateway-injected";
  const own = store.outgoing.value.find((known) => known.runId === runId);
  if (own?.isPrivate) keepHere(store, own, isReply || state === "error" ? "" : text);
  if (isReply) heedReply(store, runId, text);
  if (state === "error") addNote(store, { id: runId, kind: "failure", text: event.errorMessage ?? store.texts.value.failed });
  else if (isReply) addNote(store, { id: runId, kind: "reply", text });
  else if (state === "aborted" && text === "") addNote(store, { id: runId, kind: "stopped", text: store.texts.value.wasStopped });
  if (own?.isPrivate) return;
  if (event.held !== undefined) addNote(store, { id: `held:${runId}`, kind: "held", text: event.held });
  const draft = store.drafts.value.find((known) => known.runId === runId);
  if (isReply || (text === "" && draft === undefined)) store.drafts.value = store.drafts.value.filter((known) => known !== draft);
  else putDraft(store, { runId, text: text || (draft?.text ?? ""), channel: event.channel ?? null, at: Date.now(), ended: true });
  store.announced.value = (event.errorMessage ?? text).slice(0, ANNOUNCED_CHARS);
}

function putGrowth(store: Store, values: ReadonlyMap<string, Growth>): void {
  batch(() => {
    for (const [runId, { sessionKey, text, channel }] of values) {
      // Another conversation may have been opened since the last frame.
      if (isShown(store, sessionKey)) putDraft(store, { runId, text, channel, at: Date.now(), ended: false });
    }
  });
}

/** What the gateway tells while it happens (spec 11.4), written into the store at most once a frame. */
export function createEvents({ store, history, sessions, people }: EventTargets): Events {
  const followers = createFollowers();
  const growing = createFrameQueue<Growth>((values) => putGrowth(store, values));

  function onAgent(event: AgentEvent): void {
    const { runId, sessionKey, stream, data } = event;
    if (stream === "lifecycle" && data.phase === "start") followers.onStart(sessionKey, runId);
    if (stream === "input") followers.onInput(sessionKey, runId);
    if (!isShown(store, sessionKey) || followers.has(runId)) return;
    if (stream === "assistant" && data.text !== undefined) {
      const channel = store.incoming.value.find((item) => item.runId === runId)?.channel ?? null;
      growing.put(runId, { sessionKey, text: data.text, channel });
    }
    if (stream === "input") putIncoming(store, event);
  }

  function onEnd(event: ChatEvent): void {
    growing.drop(event.runId);
    changeOutgoing(store, event.runId, { state: "ended" });
    if (!followers.drop(event.runId)) putEnd(store, event);
  }

  function onChat(event: ChatEvent): void {
    if (!isShown(store, event.sessionKey)) {
      if (event.state === "delta") return;
      followers.drop(event.runId);
      return changeOutgoing(store, event.runId, { state: "ended" });
    }
    if (event.state !== "delta") {
      batch(() => onEnd(event));
      // Only now: the reading replaces what has ended before it began.
      return history.refresh();
    }
    if (followers.has(event.runId)) return;
    growing.put(event.runId, { sessionKey: event.sessionKey, text: textOf(event.message?.content), channel: event.channel ?? null });
  }

  function onSession(change: SessionChanged): void {
    const before = store.row.value?.sessionId;
    sessions.onChanged(change);
    people.refresh();
    if (change.sessionKey !== store.selected.value || store.reading.value !== null) return;
    const isOther = change.sessionId !== undefined && before !== undefined && change.sessionId !== before;
    if (isOther || change.reason !== undefined || change.phase === "message") history.refresh();
  }

  return {
    on(event, payload) {
      if (event === "chat") onChat(payload as ChatEvent);
      else if (event === "agent") onAgent(payload as AgentEvent);
      else if (event === "sessions.changed") onSession(payload as SessionChanged);
      else if (event === "people.changed") people.refresh();
    },
  };
}
