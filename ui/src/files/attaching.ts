import { kindOf } from "../picked.ts";
import type { Picked } from "../picked.ts";
import type { Store } from "../store.ts";

/** What `chat.send` takes of a file (docs/protocol.md). */
export interface WireFile {
  readonly type: string;
  readonly mimeType: string;
  readonly fileName: string;
  readonly content: string;
}

/** Until the gateway has said how large a frame may be. */
const FIRST_PAYLOAD = 26_214_400;
/** What stands in a frame around the files. */
const AROUND = 65_536;

/** Base64 takes a third more than the bytes. */
function fits(store: Store, files: readonly Pick<Picked, "size">[]): boolean {
  const most = (store.hello.value?.policy.maxPayload ?? FIRST_PAYLOAD) - AROUND;
  return files.reduce((sum, { size }) => sum + Math.ceil(size / 3) * 4, 0) <= most;
}

/** Puts files to what is being written; answers with the names of those that one message cannot carry. */
export function pick(store: Store, key: string, files: readonly File[]): string[] {
  const chosen = [...(store.picked.value[key] ?? [])];
  const refused: string[] = [];
  for (const file of files) {
    const { name, type, size } = file;
    if (!fits(store, [...chosen, { size }])) refused.push(name);
    else chosen.push({ id: crypto.randomUUID(), name: name || "file", type: type || "application/octet-stream", size, url: URL.createObjectURL(file), file });
  }
  store.picked.value = { ...store.picked.value, [key]: chosen };
  return refused;
}

export function unpick(store: Store, key: string, id: string): void {
  const chosen = store.picked.value[key] ?? [];
  for (const one of chosen) if (one.id === id) URL.revokeObjectURL(one.url);
  store.picked.value = { ...store.picked.value, [key]: chosen.filter((one) => one.id !== id) };
}

/** The bytes of a file as the wire wants them; read when they are sent, and again when that is tried again. */
export async function wireFile({ name, type, file }: Picked): Promise<WireFile> {
  const url = await new Promise<string>((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(String(reader.result)));
    reader.addEventListener("error", () => reject(reader.error ?? new Error(`${name} cannot be read.`)));
    reader.readAsDataURL(file);
  });
  return { type: kindOf(type), mimeType: type, fileName: name, content: url.slice(url.indexOf(",") + 1) };
}

const KB = 1_024;

export function sizeText(bytes: number): string {
  if (bytes < KB) return `${bytes} B`;
  return bytes < KB * KB ? `${Math.round(bytes / KB)} KB` : `${Number((bytes / KB / KB).toFixed(1))} MB`;
}
