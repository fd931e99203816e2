import type { ComponentChildren } from "preact";
import { useApp } from "../app.ts";
import { channelLook } from "../names.ts";
import type { Note } from "../store.ts";
import { clock, dateTime } from "../times.ts";
import { isWordless } from "../picked.ts";
import type { ShownFile } from "../picked.ts";
import { Attached } from "./files.tsx";
import type { Message } from "../wire.ts";
import { Badge } from "./badge.tsx";
import { Icon } from "./icons.tsx";
import { Prose } from "./prose.tsx";

export interface PostProps {
  /** Null while the text still grows. */
  readonly id: string | null;
  readonly role: "user" | "assistant";
  readonly text: string;
  readonly channel: string | undefined;
  readonly senderName: string | undefined;
  readonly at: number;
  readonly cut: "aborted" | "error" | null;
  readonly files?: readonly ShownFile[];
  /** As it is stored: something can be done with it. */
  readonly stored?: Message;
  readonly isPrivate?: boolean;
  readonly children?: ComponentChildren;
}

/** What somebody wrote, and what they sent with it; words that only say that files came are not shown beside them. */
function Said({ text, files }: Required<Pick<PostProps, "text" | "files">>) {
  return (
    <>
      {files.length > 0 && isWordless(text) ? null : <p class="said">{text}</p>}
      <Attached files={files} />
    </>
  );
}

/** What can be done with a message: reached by keyboard, by touch, and seen when the pointer is there. */
function Actions({ message }: { readonly message: Message }) {
  const { store, life } = useApp();
  const words = store.texts.value.life.actions;
  return (
    <button type="button" class="quiet post-menu" aria-label={words} title={words} aria-haspopup="menu" onClick={({ currentTarget }) => (life.asking.value = { kind: "message", message, from: currentTarget.getBoundingClientRect() })}>
      <Icon name="more" />
    </button>
  );
}

/** One message: who, over which channel, when, and its text; a knot in the colour of its channel on the one line. */
export function Post({ id, role, text, channel, senderName, at, cut, stored, isPrivate = false, files = [], children }: PostProps) {
  const { store } = useApp();
  const texts = store.texts.value;
  const language = store.language.value;
  return (
    <article class={`post ${role}${isPrivate ? " private" : ""}${stored && store.found.value === stored.seq ? " found" : ""}`} data-seq={stored?.seq} style={{ "--hue": channelLook(channel, texts).hue }} data-channel={channel ?? "webchat"}>
      <header class="post-head">
        <span class="post-name">{role === "user" ? (senderName ?? texts.you) : texts.assistant}</span>
        <Badge channel={channel} />
        <time class="post-time" title={dateTime(at, language)}>
          {clock(at, language)}
        </time>
        {stored ? <Actions message={stored} /> : null}
      </header>
      <div class="post-body">{role === "user" ? <Said text={text} files={files} /> : <Prose id={id} text={text} />}</div>
      {cut === null ? null : <p class="post-foot">{cut === "aborted" ? texts.stopped : texts.cutOff}</p>}
      {children}
    </article>
  );
}

/** A line that the house says, not the model: a command's answer, a failure. */
export function NoteLine({ id, kind, text, at, children }: Pick<Note, "id" | "kind" | "text" | "at"> & { readonly children?: ComponentChildren }) {
  const { texts } = useApp().store;
  if (kind === "said" || kind === "answered") {
    return <Post id={`note:${id}`} role={kind === "said" ? "user" : "assistant"} text={text} channel="webchat" senderName={undefined} at={at} cut={null} isPrivate />;
  }
  if (kind === "held") {
    return (
      <p class="note held" title={text}>
        <a href="#people">{texts.value.people.held}</a>
      </p>
    );
  }
  return (
    <div class={`note ${kind}`} role={kind === "failure" ? "alert" : undefined}>
      <Prose id={`note:${id}`} text={text} />
      {children}
    </div>
  );
}
