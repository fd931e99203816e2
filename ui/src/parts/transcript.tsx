import { Fragment } from "preact";
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { useApp } from "../app.ts";
import type { App } from "../app.ts";
import { day } from "../times.ts";
import { textOf } from "../wire.ts";
import type { LastStep, Message } from "../wire.ts";
import type { Note, Store, Transcript as Shown } from "../store.ts";
import { isUndoable, SinceLine, StepLine, UndoButton } from "../life/lines.tsx";
import { Empty } from "./empty.tsx";
import { Icon } from "./icons.tsx";
import { Lazy } from "./lazy.tsx";
import type { Part } from "./lazy.tsx";
import { NoteLine, Post } from "./post.tsx";
import { Tail } from "./tail.tsx";

const LATER = async (): Promise<Part> => (await import("../life/view.tsx")).LaterButton;
const NEAR_END_PX = 60;

function dayOf(at: number): string {
  return new Date(at).toDateString();
}

/** The line of the house that stands in the transcript since a step was taken carries its Undo. */
function isToldBy(message: Message, undo: LastStep | null): boolean {
  return message.role === "system" && message.timestamp === undo?.at && isUndoable(undo);
}

interface StoredProps {
  readonly message: Message;
  readonly before: Message | undefined;
  readonly notes: readonly Note[];
  readonly undo: LastStep | null;
}

function Stored({ message, before, notes, undo }: StoredProps) {
  const { store } = useApp();
  const language = store.language.value;
  const isNewDay = before === undefined || dayOf(before.timestamp) !== dayOf(message.timestamp);
  return (
    <>
      {isNewDay ? (
        <p class="day">
          <span>{day(message.timestamp, language)}</span>
        </p>
      ) : null}
      {message.role === "system" ? (
        <NoteLine kind="reply" id={message.id} text={textOf(message.content)} at={message.timestamp}>
          {isToldBy(message, undo) ? <UndoButton /> : null}
        </NoteLine>
      ) : (
        <Post
          id={message.id}
          role={message.role === "user" ? "user" : "assistant"}
          text={textOf(message.content)}
          channel={message.channel}
          senderName={message.senderName}
          at={message.timestamp}
          files={message.attachments}
          cut={message.stopReason === "aborted" || message.stopReason === "error" ? message.stopReason : null}
          stored={message}
        />
      )}
      {notes.map((note) => (
        <NoteLine key={note.id} {...note} />
      ))}
    </>
  );
}

/** After which message the line of the last step stands: 0 before all; null where the transcript tells it itself, or begins later. */
function stepPlace({ undo, hasMore }: Shown, shown: readonly Message[]): number | null {
  if (!isUndoable(undo) || shown.some((message) => isToldBy(message, undo))) return null;
  const before = shown.findLast(({ timestamp }) => timestamp <= undo.at);
  return before?.seq ?? (hasMore ? null : 0);
}

function Messages() {
  const { store } = useApp();
  const { undo } = store.transcript.value;
  const since = store.since.value?.seq ?? null;
  const shown = store.transcript.value.messages.filter(({ role, content }) => role !== "toolResult" && textOf(content) !== "");
  const first = shown[0]?.seq ?? Number.POSITIVE_INFINITY;
  const noted = store.notes.value.filter(({ afterSeq }) => afterSeq !== null);
  const step = stepPlace(store.transcript.value, shown);
  const firstNew = since === null ? -1 : shown.findIndex(({ seq }) => seq > since);
  return (
    <>
      {undo && step === 0 ? <StepLine kind={undo.kind} /> : null}
      {noted.filter(({ afterSeq }) => (afterSeq ?? 0) < first).map((note) => <NoteLine key={note.id} {...note} />)}
      {shown.map((message, at) => {
        const next = shown[at + 1]?.seq ?? Number.POSITIVE_INFINITY;
        const notes = noted.filter(({ afterSeq }) => afterSeq !== null && afterSeq >= message.seq && afterSeq < next);
        return (
          <Fragment key={message.id}>
            {at === firstNew ? <SinceLine /> : null}
            <Stored message={message} before={shown[at - 1]} notes={notes} undo={undo} />
            {undo && step === message.seq ? <StepLine kind={undo.kind} /> : null}
          </Fragment>
        );
      })}
    </>
  );
}

interface Following {
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly content: RefObject<HTMLDivElement | null>;
  readonly atEnd: boolean;
  toEnd(): void;
  /** Before older messages come in at the top: the reader stays at the same line. */
  hold(): void;
  onScroll(): void;
}

type Target = NonNullable<Store["target"]["value"]>;

/** The message that was asked for; else where this device stopped, with a line or two of what it had read. */
function bringIntoSight(box: HTMLElement, content: HTMLElement, { seq, found }: Target, onRest: () => void): boolean {
  const place = content.querySelector<HTMLElement>(found ? `[data-seq="${seq}"]` : ".since");
  if (place === null) return false;
  const move = (): void => {
    const above = place.getBoundingClientRect().top - box.getBoundingClientRect().top;
    box.scrollTop += found ? above - Math.max(0, (box.clientHeight - place.clientHeight) / 2) : above - box.clientHeight / 4;
  };
  move();
  // What comes into sight gets its true height only then.
  requestAnimationFrame(() => (move(), requestAnimationFrame(() => (move(), onRest()))));
  return true;
}

/** The last message of which the reader has seen something. */
function lastSeen(box: HTMLElement, content: HTMLElement): number {
  const end = box.getBoundingClientRect().bottom;
  const posts = [...content.querySelectorAll<HTMLElement>("[data-seq]")];
  return Number(posts.findLast((post) => post.getBoundingClientRect().top < end)?.dataset["seq"] ?? 0);
}

/** The newest line stays in sight as long as the reader has not gone up to read. */
function useFollowing({ store, life }: Pick<App, "store" | "life">): Following {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const fromEnd = useRef<number | null>(null);
  const atEnd = useSignal(true);
  const { messages, sessionId } = store.transcript.value;

  const toEnd = (): void => {
    const box = scroller.current;
    if (box) box.scrollTop = box.scrollHeight;
    atEnd.value = true;
  };
  useEffect(() => {
    const observer = new ResizeObserver(() => atEnd.peek() && toEnd());
    for (const box of [scroller.current, content.current]) if (box) observer.observe(box);
    return () => observer.disconnect();
  }, []);
  // One's own message is always worth seeing.
  useLayoutEffect(toEnd, [store.selected.value, store.reading.value, sessionId, store.outgoing.value.at(-1)?.runId]);
  useLayoutEffect(() => {
    const target = store.target.value;
    const [box, inside] = [scroller.current, content.current];
    if (target === null || box === null || inside === null) return;
    atEnd.value = false;
    if (!bringIntoSight(box, inside, target, onScroll)) return;
    store.target.value = null;
    if (target.found) store.found.value = target.seq;
  }, [store.target.value, messages]);
  const look = (): void => {
    const [box, inside] = [scroller.current, content.current];
    if (box && inside && box.clientHeight > 0) life.reads.seen(lastSeen(box, inside));
  };
  const onScroll = (): void => {
    const box = scroller.current;
    if (box) atEnd.value = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END_PX;
    look();
  };
  useEffect(look, [messages]);
  useLayoutEffect(() => {
    const box = scroller.current;
    if (box && fromEnd.current !== null) box.scrollTop = box.scrollHeight - fromEnd.current;
    fromEnd.current = null;
  }, [messages[0]?.id]);

  return {
    scroller,
    content,
    atEnd: atEnd.value,
    toEnd,
    hold() {
      const box = scroller.current;
      if (box) fromEnd.current = box.scrollHeight - box.scrollTop;
    },
    onScroll,
  };
}

export function Transcript() {
  const app = useApp();
  const { store, history } = app;
  const texts = store.texts.value;
  const { state, hasMore, messages, newest } = store.transcript.value;
  const { scroller, content, atEnd, toEnd, hold, onScroll } = useFollowing(app);
  const loadEarlier = (): void => {
    hold();
    history.loadEarlier().catch(console.warn);
  };
  const isEmpty = state === "ready" && messages.length === 0 && store.reading.value === null;
  return (
    <section class="transcript" aria-label={texts.transcript}>
      <div class="scroller" ref={scroller} onScroll={onScroll} tabIndex={0}>
        <div class="thread" ref={content}>
          {hasMore ? (
            <button type="button" class="more" onClick={loadEarlier}>
              {texts.loadEarlier}
            </button>
          ) : null}
          {state === "failed" ? <p class="faint">{texts.loadFailed}</p> : null}
          {isEmpty ? <Empty /> : null}
          <Messages />
          {store.reading.value === null ? <Tail /> : null}
          {newest === null ? null : <Lazy part={LATER} />}
        </div>
      </div>
      {atEnd ? null : (
        <button type="button" class="latest" onClick={toEnd}>
          <Icon name="down" />
          {texts.jumpToLatest}
        </button>
      )}
    </section>
  );
}
