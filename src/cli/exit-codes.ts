/** What a command's exit code says (docs/cli.md). */
export const EXIT = { ok: 0, failure: 1, usage: 2, notRunning: 3, interrupted: 130 } as const;
