import "../styles/lock.css";
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { useApp } from "../app.ts";
import { Mark } from "./icons.tsx";
import { lockTexts } from "./lock-texts.ts";

const COMMAND = "npx continuo status --show-token";

/** Asks for the gateway's secret when it is missing or wrong. */
export function Lock() {
  const { store, unlock } = useApp();
  const texts = lockTexts(store);
  const state = store.connection.value;
  const typed = useSignal("");
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  if (state.kind !== "locked") return null;
  const isPassword = state.secret === "password";
  const wrong = isPassword ? texts.passwordWrong : texts.tokenWrong;
  return (
    <main class="lock">
      <form
        class="lock-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (typed.value.trim() !== "") unlock(typed.value.trim());
        }}
      >
        <Mark />
        <h1>{texts.tokenTitle}</h1>
        <p>{isPassword ? texts.passwordText : texts.tokenText}</p>
        {isPassword ? null : (
          <p>
            <code>{COMMAND}</code>
          </p>
        )}
        <label for="secret">{isPassword ? texts.passwordLabel : texts.tokenLabel}</label>
        <input
          id="secret"
          ref={field}
          type="password"
          autocomplete="current-password"
          spellcheck={false}
          value={typed.value}
          aria-invalid={state.wrong}
          aria-describedby={state.wrong ? "secret-wrong" : undefined}
          onInput={(event) => (typed.value = event.currentTarget.value)}
        />
        {state.wrong ? (
          <p class="wrong" id="secret-wrong" role="alert">
            {wrong}
          </p>
        ) : null}
        <button type="submit" class="strong">
          {texts.unlock}
        </button>
      </form>
    </main>
  );
}
