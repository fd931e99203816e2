export { createMirror } from "./mirror.ts";
export type { Mirror, MirrorOptions } from "./mirror.ts";
export { rebuildMirror, type Rebuilt } from "./rebuild.ts";
export type { MirrorSource } from "./source.ts";
