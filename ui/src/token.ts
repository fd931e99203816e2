const KEY = "continuo.token";

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A token with a bare percent sign was pasted as it is.
    return text;
  }
}

/** Takes the token out of `#token=...` and out of the address bar, so that it is in no bookmark and no screenshot. */
function takeFromAddress(): string | null {
  // Not URLSearchParams: to it a plus sign is a space, and a token may have one.
  const part = location.hash.slice(1).split("&").find((piece) => piece.startsWith("token="));
  if (part === undefined) return null;
  history.replaceState(history.state, "", location.pathname + location.search);
  const token = decode(part.slice("token=".length)).trim();
  return token === "" ? null : token;
}

/** Kept values; a browser that keeps nothing (private windows, blocked storage) is asked again next time. */
export function remember(key: string, value: string | null, place: "localStorage" | "sessionStorage" = "localStorage"): void {
  try {
    if (value === null) window[place].removeItem(key);
    else window[place].setItem(key, value);
  } catch (error) {
    console.info("This browser keeps no settings for this page.", error);
  }
}

export function recall(key: string, place: "localStorage" | "sessionStorage" = "localStorage"): string | null {
  try {
    return window[place].getItem(key);
  } catch {
    // Blocked storage has nothing to recall.
    return null;
  }
}

/** The secret of the gateway: from the address if it is there, else from last time. */
export function readToken(): string | null {
  const token = takeFromAddress();
  if (token !== null) keepToken(token);
  return token ?? recall(KEY);
}

export function keepToken(token: string): void {
  remember(KEY, token);
}
