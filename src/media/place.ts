/** Where bytes are kept by their SHA-256: files of this machine, or rows that every gateway on the database reads. */
export interface MediaPlace {
  /** Resolves when they are durable; the same ones again are kept once. */
  write(ref: string, bytes: Uint8Array): Promise<void>;
  /** Null when they are not here. */
  read(ref: string, size: number): Promise<Uint8Array | null>;
  has(ref: string): Promise<boolean>;
  /** Removes what nobody has written since `before`, ms. */
  remove(ref: string, before: number): Promise<void>;
  /**
   * Removes a few of those that are older than `before` and of which `isKnown` knows nothing; a later call goes on. Answers
   * how many unknown ones it has met.
   */
  sweep(before: number, isKnown: (ref: string) => Promise<boolean>): Promise<number>;
}
