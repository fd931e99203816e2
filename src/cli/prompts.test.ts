import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { askAt, Cancelled, clackPrompter, type Ask } from "./prompts.ts";
import type { Prompter } from "./prompter.ts";
import { fakeCli } from "./testing/fake-cli.ts";

const CTRL_C = "\u0003";
const DOWN = "\u001b[B";

/** Keys are pressed once the question stands there, in pieces: one press each. */
async function atTerminal<Answer>(question: (prompter: Prompter) => Promise<Answer>, ...keys: string[]): Promise<{ answer: Answer; screen: string }> {
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  let screen = "";
  const shown = new Promise<void>((resolve) => {
    stdout.on("data", (chunk: Buffer) => {
      screen += chunk.toString("utf8");
      if (screen.includes("?")) resolve();
    });
  });
  const answer = question(clackPrompter({ stdin, stdout }));
  await shown;
  for (const key of keys) stdin.write(key);
  return { answer: await answer, screen };
}

test("y is yes, Enter alone is no, and Ctrl-C leaves the question", async () => {
  assert.equal((await atTerminal((prompter) => prompter.confirm("Do this?"), "y")).answer, true);
  assert.equal((await atTerminal((prompter) => prompter.confirm("Do this?"), "\r")).answer, false);
  const left = await atTerminal((prompter) => prompter.confirm("Do this?"), CTRL_C);
  assert.equal(left.answer, null);
  assert.match(left.screen, /Do this\?/);
});

test("a choice is walked to, a text is typed, and both can be left", async () => {
  const choices = [{ value: "me", label: "me" }, { value: "guest", label: "a guest", hint: "of their own" }];
  assert.equal((await atTerminal((prompter) => prompter.select("Who?", choices), DOWN, "\r")).answer, "guest");
  assert.equal((await atTerminal((prompter) => prompter.select("Who?", choices), CTRL_C)).answer, null);
  assert.equal((await atTerminal((prompter) => prompter.text("Name?", () => null), "Bob", "\r")).answer, "Bob");
  assert.equal((await atTerminal((prompter) => prompter.text("Name?", () => null), CTRL_C)).answer, null);
});

function ask(terminal: object, json: boolean, prompter?: Prompter): Ask {
  const cli = fakeCli({ terminal });
  cli.remove();
  return askAt(cli.deps, json, prompter);
}

const NOBODY: Prompter = { confirm: () => assert.fail(), select: () => assert.fail(), text: () => assert.fail() };

test("where nobody can be asked a question is an error that names the flag", async () => {
  for (const [terminal, json] of [[{}, false], [{ stdinIsTTY: true }, false], [{ stdoutIsTTY: true }, false], [{ stdinIsTTY: true, stdoutIsTTY: true }, true]] as const) {
    const nobody = ask(terminal, json, NOBODY);
    assert.equal(nobody.interactive, false);
    await assert.rejects(nobody.confirm("Do this?", "--yes"), { code: "REQUEST_INVALID", fields: { cure: "Say it on the command line: --yes." } });
    await assert.rejects(nobody.select("Who?", [], "--me"), { code: "REQUEST_INVALID" });
    await assert.rejects(nobody.text("Name?", "--person NAME"), { code: "REQUEST_INVALID" });
  }
});

test("a question that is left is Cancelled, and what others wrote reaches the terminal without its controls", async () => {
  const seen: string[] = [];
  const leaves: Prompter = {
    confirm: async (question) => (seen.push(question), null),
    select: async (question, [first]) => (seen.push(question, first?.label ?? ""), null),
    text: async () => null,
  };
  const somebody = ask({ stdinIsTTY: true, stdoutIsTTY: true }, false, leaves);
  assert.equal(somebody.interactive, true);
  await assert.rejects(somebody.confirm("Let \u001b[2JEve in?", "--yes"), Cancelled);
  await assert.rejects(somebody.select("Who?", [{ value: "x", label: "\u001b]0;Eve" }], "--me"), Cancelled);
  await assert.rejects(somebody.text("Name?", "--person"), Cancelled);
  assert.deepEqual(seen, ["Let [2JEve in?", "Who?", "]0;Eve"]);
});

test("an answer in words is not empty and has no blanks around it", async () => {
  const checks: (string | null)[] = [];
  const types: Prompter = { ...NOBODY, text: async (_question, check) => (checks.push(check("  "), check("Bob")), " Bob ") };
  assert.equal(await ask({ stdinIsTTY: true, stdoutIsTTY: true }, false, types).text("Name?", "--person"), "Bob");
  assert.deepEqual(checks, ["Something has to stand here.", null]);
});
