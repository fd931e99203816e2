export type FromChild =
  | { readonly kind: "progress"; readonly done: number; readonly total: number }
  | { readonly kind: "checked"; readonly total: number; readonly problems: readonly string[] }
  | { readonly kind: "checkpointed" }
  | { readonly kind: "failed"; readonly words: string };
