export { createMirror } from "./mirror.ts";
export type { Mirror, MirrorOptions } from "./mirror.ts";
export type { MirrorSource } from "./source.ts";
