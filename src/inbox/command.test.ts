import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCommand } from "./command.ts";

const USUAL = ["/new", "/reset"];

const CASES: readonly (readonly [text: string, triggers: readonly string[], command: string | null])[] = [
  ["/new", USUAL, "new:"],
  [" /NEW  hello there ", USUAL, "new:hello there"],
  ["/reset", USUAL, "reset:"],
  ["/newx", USUAL, null],
  ["/reset.", USUAL, null],
  ["please /new", USUAL, null],
  ["/stop", USUAL, "stop:"],
  ["Stop", USUAL, "stop:"],
  ["stop it", USUAL, null],
  ["/help", USUAL, "help:"],
  ["/constructor", USUAL, null],
  ["", USUAL, null],
  ["  ", ["", " "], null],
  ["/fresh start", ["/fresh"], "new:start"],
  ["new topic", ["new"], "new:topic"],
  ["/new", ["/fresh"], null],
];

for (const [text, triggers, expected] of CASES) {
  test(`${JSON.stringify(text)} under ${triggers.join(" ")} is ${expected ?? "text"}`, () => {
    const command = parseCommand(text, triggers, "owner");
    assert.equal(command && `${command.name}:${command.rest}`, expected);
  });
}
