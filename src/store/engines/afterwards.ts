/** What is to happen once a transaction is kept. */
export interface Afterwards {
  add(work: () => void): void;
  /** In the next turn of the event loop: neither the commits behind this one nor its caller wait for it. */
  begin(): void;
}

export function createAfterwards(): Afterwards {
  let works: (() => void)[] | null = null;
  return {
    add: (work) => void (works ??= []).push(work),
    begin() {
      for (const work of works ?? []) setImmediate(work);
    },
  };
}
