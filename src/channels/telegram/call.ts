import type { Api } from "grammy";
import type { Address } from "../../domain/address.ts";
import type { RenderedPart } from "../../domain/channel.ts";
import { ContinuoError } from "../../domain/errors.ts";
import type { Account } from "./client.ts";
import { failedBy, failureOf, toChannelError } from "./failure.ts";

/** Runs one call of the Bot API for an address; whatever goes wrong comes out as a `ContinuoError`. */
export type Call = <T>(address: Address, may: "once" | "again", run: (api: Api) => Promise<T>) => Promise<T>;

/**
 * A chat that was told to wait (429) is left alone until then: edits and typing would only lengthen the wait.
 * `now` is null before the channel has started.
 */
export function createCall(accounts: readonly Account[], api: (account: Account) => Promise<Api>, now: () => number | null): Call {
  const quietUntil = new Map<string, number>();
  return async (address, may, run) => {
    const account = accounts.find((one) => one.id === address.account);
    if (!account) throw new ContinuoError("CHANNEL_UNKNOWN", `There is no Telegram account "${address.account}".`);
    const lane = `${account.id}/${address.chat}`;
    const left = (quietUntil.get(lane) ?? 0) - (now() ?? Number.POSITIVE_INFINITY);
    if (left > 0) throw toChannelError({ kind: "limited", retryAfterMs: left }, may);
    quietUntil.delete(lane);
    try {
      return await run(await api(account));
    } catch (error) {
      const failure = failureOf(error, account.token);
      const at = now();
      if (failure.kind === "limited" && at !== null) quietUntil.set(lane, at + failure.retryAfterMs);
      throw toChannelError(failure, may);
    }
  };
}

type TextMode = { readonly parse_mode: "HTML" } | Record<string, never>;

/** Says a part with its markup, and without it when the platform cannot read the markup. */
export async function sayPart<T>(part: RenderedPart, say: (text: string, mode: TextMode) => Promise<T>): Promise<T> {
  try {
    return await say(part.text, { parse_mode: "HTML" });
  } catch (error) {
    if (!failedBy(error, "markup")) throw error;
    return await say(part.plain, {});
  }
}
