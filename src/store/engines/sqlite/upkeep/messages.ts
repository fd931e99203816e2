export type FromChild =
  | { readonly kind: "progress"; readonly done: number; readonly total: number }
  | { readonly kind: "checked"; readonly total: number; readonly problems: readonly string[] }
  /** The journal is brought in but for what came since: its file can be cut once nobody writes. */
  | { readonly kind: "ready" }
  /** `readers`: somebody still reads what is in the journal, so that its file could not be cut. */
  | { readonly kind: "checkpointed"; readonly readers: boolean }
  | { readonly kind: "failed"; readonly words: string };

/** Nobody writes now. */
export type ToChild = "cut";
