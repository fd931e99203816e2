import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { useApp } from "../app.ts";

/** Whether the gateway is there, in words; while it is not, when it will be tried again. */
export function ConnectionLine({ retry }: { readonly retry: boolean }) {
  const app = useApp();
  const { connection, texts, hello } = app.store;
  const state = connection.value;
  const now = useSignal(Date.now());
  useEffect(() => {
    if (state.kind !== "waiting") return;
    now.value = Date.now();
    const timer = setInterval(() => (now.value = Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [state]);
  const words = texts.value;
  return (
    <div class="connection" data-state={state.kind}>
      <span class="connection-dot" aria-hidden="true" />
      <span role={retry ? "status" : undefined}>
        {state.kind === "open" ? `${words.connected} · ${hello.value?.server.version ?? ""}` : null}
        {state.kind === "connecting" ? words.connecting : null}
        {state.kind === "waiting" ? words.waiting(Math.max(0, Math.round((state.retryAt - now.value) / 1_000))) : null}
      </span>
      {state.kind === "waiting" && retry ? (
        <button type="button" class="link" onClick={app.reconnect}>
          {words.tryNow}
        </button>
      ) : null}
    </div>
  );
}
