import { useApp } from "../app.ts";
import { shownFiles } from "../picked.ts";
import { isAnswered, notInTranscript } from "../history.ts";
import type { Draft, Incoming, Outgoing } from "../store.ts";
import { textOf } from "../wire.ts";
import { NoteLine, Post } from "./post.tsx";

/** One of the messages that somebody wrote elsewhere. */
type Heard = Omit<Incoming, "texts"> & { readonly text: string };

type Item =
  | { readonly kind: "outgoing"; readonly at: number; readonly item: Outgoing }
  | { readonly kind: "incoming"; readonly at: number; readonly item: Heard }
  | { readonly kind: "draft"; readonly at: number; readonly item: Draft };

function Own({ message }: { readonly message: Outgoing }) {
  const { store, sender } = useApp();
  const texts = store.texts.value;
  const { runId, state, text, at, error, isPrivate, files } = message;
  return (
    <Post id={runId} role="user" text={text} channel="webchat" senderName={undefined} at={at} cut={null} isPrivate={isPrivate} files={shownFiles(files)}>
      {state === "waiting" ? <p class="post-foot">{texts.waitingToSend}</p> : null}
      {state === "failed" ? (
        <p class="post-foot failed" role="alert">
          <span>
            {texts.notSent}: {error}
          </span>
          <button type="button" class="link" onClick={() => sender.retry(runId)}>
            {texts.retry}
          </button>
          <button type="button" class="link" onClick={() => sender.discard(runId)}>
            {texts.discard}
          </button>
        </p>
      ) : null}
    </Post>
  );
}

function TailItem({ entry }: { readonly entry: Item }) {
  if (entry.kind === "outgoing") return <Own message={entry.item} />;
  if (entry.kind === "draft") {
    const { runId, text, channel, at, ended } = entry.item;
    return <Post id={ended ? `draft:${runId}` : null} role="assistant" text={text} channel={channel ?? undefined} senderName={undefined} at={at} cut={null} />;
  }
  const { runId, text, channel, senderName, at } = entry.item;
  return <Post id={runId} role="user" text={text} channel={channel ?? undefined} senderName={senderName ?? undefined} at={at} cut={null} />;
}

/** What the transcript does not have yet, in the order in which it came. Alone in reading growing answers. */
export function Tail() {
  const { store } = useApp();
  const ours = store.outgoing.value.filter(({ key }) => key === store.selected.value);
  const heard = store.incoming.value.flatMap(({ texts, ...item }) => texts.map((text, index): Heard => ({ ...item, runId: `${item.runId}:${index}`, text })));
  // A reading that was under way may have brought what is told only now: nothing stands there twice.
  const transcript = store.transcript.value;
  const last = transcript.messages.findLast(({ role }) => role === "assistant");
  const drafts = store.drafts.value.filter((draft) => draft.text !== "" && !isAnswered(draft, transcript) && !(draft.ended && draft.text === textOf(last?.content)));
  const items: Item[] = [
    ...notInTranscript(ours, transcript).map((item): Item => ({ kind: "outgoing", at: item.at, item })),
    ...notInTranscript(heard, transcript).map((item): Item => ({ kind: "incoming", at: item.at, item })),
    ...drafts.map((item): Item => ({ kind: "draft", at: item.at, item })),
  ];
  items.sort((a, b) => a.at - b.at);
  const isThinking = store.running.value && !drafts.some(({ ended }) => !ended);
  return (
    <>
      {items.map((entry) => (
        <TailItem key={`${entry.kind}:${entry.item.runId}`} entry={entry} />
      ))}
      {store.notes.value.filter(({ afterSeq }) => afterSeq === null).map((note) => <NoteLine key={note.id} {...note} />)}
      {isThinking ? (
        <p class="thinking">
          <span class="dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          <span class="hidden">{store.texts.value.thinking}</span>
        </p>
      ) : null}
    </>
  );
}
