import assert from "node:assert/strict";
import { test } from "node:test";
import { toModelError } from "./failures.ts";

const scene = { provider: "anthropic", model: "m", secrets: ["sk-secret-1"] };

const SHAPES: readonly (readonly [what: string, error: unknown, code: string])[] = [
  ["an overloaded vendor in the middle of a stream", { type: "overloaded_error", message: "Overloaded" }, "MODEL_UNAVAILABLE"],
  ["the same inside an envelope", { type: "error", error: { type: "overloaded_error", message: "Overloaded" } }, "MODEL_UNAVAILABLE"],
  ["a request refused in the middle of a stream", { error: { type: "invalid_request_error", message: "prompt is too long" } }, "MODEL_REJECTED"],
  ["a status word of Google", { error: { code: 400, status: "INVALID_ARGUMENT", message: "no" } }, "MODEL_REJECTED"],
  ["a text", "upstream closed", "MODEL_UNAVAILABLE"],
  ["nothing", undefined, "MODEL_UNAVAILABLE"],
  ["a connection that broke", new TypeError("terminated"), "MODEL_UNAVAILABLE"],
  ["a missing key", Object.assign(new Error("API key is missing"), { name: "AI_LoadAPIKeyError" }), "MODEL_KEY_MISSING"],
];

for (const [what, error, code] of SHAPES) {
  test(`${what} is ${code}`, () => assert.equal(toModelError(error, scene).code, code));
}

test("keys are cut out of the words that the log gets", () => {
  const error = new Error("bad key sk-secret-1 at https://host/v1?alt=sse&key=AIzaTopSecret end", { cause: new Error("with sk-secret-1") });
  const { cause, message } = toModelError(error, scene);
  assert.equal((cause as Error).message, "Error: bad key [key] at https://host/v1?alt=sse&key=[key] end (with [key])");
  assert.doesNotMatch(message, /secret|host/i);
});
