import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { useApp } from "../app.ts";
import { day } from "../times.ts";
import { textOf } from "../wire.ts";
import type { Message } from "../wire.ts";
import type { Note, Store } from "../store.ts";
import { Empty } from "./empty.tsx";
import { Icon } from "./icons.tsx";
import { NoteLine, Post } from "./post.tsx";
import { Tail } from "./tail.tsx";

const NEAR_END_PX = 60;

function dayOf(at: number): string {
  return new Date(at).toDateString();
}

function Stored({ message, before, notes }: { readonly message: Message; readonly before: Message | undefined; readonly notes: readonly Note[] }) {
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
        <NoteLine kind="reply" id={message.id} text={textOf(message.content)} />
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
        />
      )}
      {notes.map((note) => (
        <NoteLine key={note.id} {...note} />
      ))}
    </>
  );
}

function Messages() {
  const { store } = useApp();
  const shown = store.transcript.value.messages.filter(({ role, content }) => role !== "toolResult" && textOf(content) !== "");
  const first = shown[0]?.seq ?? Number.POSITIVE_INFINITY;
  const noted = store.notes.value.filter(({ afterSeq }) => afterSeq !== null);
  return (
    <>
      {noted.filter(({ afterSeq }) => (afterSeq ?? 0) < first).map((note) => <NoteLine key={note.id} {...note} />)}
      {shown.map((message, at) => {
        const next = shown[at + 1]?.seq ?? Number.POSITIVE_INFINITY;
        const notes = noted.filter(({ afterSeq }) => afterSeq !== null && afterSeq >= message.seq && afterSeq < next);
        return <Stored key={message.id} message={message} before={shown[at - 1]} notes={notes} />;
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

/** The newest line stays in sight as long as the reader has not gone up to read. */
function useFollowing(store: Store): Following {
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
    onScroll() {
      const box = scroller.current;
      if (box) atEnd.value = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END_PX;
    },
  };
}

export function Transcript() {
  const { store, history } = useApp();
  const texts = store.texts.value;
  const { state, hasMore, messages } = store.transcript.value;
  const { scroller, content, atEnd, toEnd, hold, onScroll } = useFollowing(store);
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
