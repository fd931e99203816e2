import assert from "node:assert/strict";
import { test } from "node:test";
import type { ModelRequest } from "../../src/agent/providers/provider.ts";
import type { Language } from "../../src/domain/language.ts";
import { findSession } from "../../src/store/statements/find-session.ts";
import { echo, openTo, message, operator, say, startHarness, type Harness, type HarnessOptions, type Said } from "./harness.ts";

const MAIN = "agent:main:main";

interface Case {
  readonly given: readonly string[];
  /** What the last one is answered with; every one of them stands in it. */
  readonly en: readonly (string | RegExp)[];
  readonly zh: readonly (string | RegExp)[];
}

/** Spec 4.6, each command as the owner gives it on the page, in both languages. */
const CASES: readonly Case[] = [
  { given: ["/model"], en: ["Current: test/echo", "Switch: `/model <provider/model>`"], zh: ["当前：test/echo"] },
  { given: ["/model test/other"], en: [/^Model set to test\/other\.$/], zh: ["模型已设为 test/other。"] },
  { given: ["/model OTHER"], en: ["Model set to test/other."], zh: ["模型已设为 test/other。"] },
  { given: ["/model quick"], en: ["Model set to quick (test/other)."], zh: ["模型已设为 quick（test/other）。"] },
  { given: ["/model other", "/model default"], en: ["Model reset to default (test/echo)."], zh: ["模型已恢复默认（test/echo）。"] },
  { given: ["/model test/echo"], en: ["Model reset to default (test/echo)."], zh: ["模型已恢复默认（test/echo）。"] },
  { given: ["/model nonsense"], en: ['There is no model "nonsense"', "nothing was changed"], zh: ["没有模型“nonsense”"] },
  { given: ["/models"], en: ["Models (2):", "`test/echo`", "`test/other`"], zh: ["模型（2 个）"] },
  { given: ["/think"], en: ["Current: default. Options: off, minimal, low, medium, high, default."], zh: ["当前：default"] },
  { given: ["/think high"], en: ["⚙️ Thinking set to high."], zh: ["⚙️ 思考强度已设为 high。"] },
  { given: ["/t low", "/thinking"], en: ["Current: low"], zh: ["当前：low"] },
  { given: ["/think very"], en: ['Unrecognized value "very"'], zh: ["无法识别“very”"] },
  { given: ["/verbose on"], en: ["⚙️ Verbose set to on."], zh: ["⚙️ 详细信息已设为 on。"] },
  { given: ["/usage tokens"], en: ["⚙️ Usage line set to tokens."], zh: ["⚙️ 用量行已设为 tokens。"] },
  { given: ["/activation always"], en: ["⚙️ Group activation set to always. It only applies to group chats."], zh: ["只在群聊中生效"] },
  { given: ["/send off"], en: ["⚙️ Send policy set to off."], zh: ["⚙️ 发送策略已设为 off。"] },
  { given: ["/send off", "/send"], en: ["Current: off. Options: on, off, inherit."], zh: ["当前：off"] },
  { given: ["/queue steer"], en: ["⚙️ Queue mode set to steer."], zh: ["⚙️ 队列模式已设为 steer。"] },
  { given: ["/whoami"], en: ["🧭 Identity", "Channel: webchat", "Role: owner", MAIN, "Language: en"], zh: ["🧭 身份", "角色：主人", "语言：zh"] },
  { given: ["/help"], en: ["Commands:", "`/new`: Start a new conversation", "`/send`"], zh: ["命令：", "`/new`：开始新对话".replace("：", ": ")] },
  { given: ["/commands"], en: ["`/think off|minimal|low|medium|high`, `/thinking`, `/t`", "**Conversation**"], zh: ["**对话**"] },
  { given: ["/status"], en: ["🎼 Continuo 1.2.3", "🧠 Model: test/echo", "🧮 Tokens: 10 in / 5 out", /📚 Context: \d+\/100k \(\d+%\) · 🧹 Compactions: 0/, `🧵 Session: ${MAIN} • updated just now`, "Think: default", "🪢 Queue: collect (depth 0)"], zh: ["🧠 模型：test/echo", "输入 10 / 输出 5", "🪢 队列：collect（排队 0）"] },
  { given: ["/context"], en: ["`/context list`"], zh: ["`/context list`、"] },
  { given: ["/context list"], en: ["🧠 Context breakdown", /System prompt: \d+ chars \(~\d+ tok\)/, "Messages: 2 of 2"], zh: ["🧠 上下文明细", "消息：2/2 条"] },
  { given: ["/context detail"], en: ["1 from people", "1 from the agent"], zh: ["1 条来自用户"] },
  { given: ["/context json"], en: ['"window": 100000'], zh: ['"window": 100000'] },
  { given: ["/new"], en: ["✅ New session started."], zh: ["✅ 已开始新对话。"] },
  { given: ["/new other"], en: ["✅ New session started with test/other."], zh: ["✅ 已用 test/other 开始新对话。"] },
  { given: ["/language"], en: ["Current: en. Options: en, zh, auto."], zh: ["当前：zh"] },
  { given: ["/stop"], en: ["⚙️ Nothing is running."], zh: ["⚙️ 没有正在运行的任务。"] },
  { given: ["/dock-nowhere"], en: ["Cannot dock to nowhere"], zh: ["无法转到 nowhere"] },
  { given: ["/undock"], en: ["Your replies are not docked."], zh: ["你的回答没有转到别处。"] },
];

const FIRST: Readonly<Record<Language, string>> = { en: "hello there, how are you today?", zh: "你好，今天天气怎么样？" };

function options(more: HarnessOptions = {}): HarnessOptions {
  return { answers: { other: echo }, aliases: { "test/other": { alias: "quick" } }, ...more };
}

function lastAnswer({ events }: Harness): string {
  const last = events.findLast(({ kind }) => kind === "committed");
  return last?.kind === "committed" ? last.text : "";
}

async function tell(h: Harness, text: string): Promise<string> {
  const outcome = await h.receive(operator(text));
  await h.settled();
  return outcome.kind === "answered" ? outcome.text : lastAnswer(h);
}

for (const language of ["en", "zh"] as const) {
  test(`the commands answer in the language of who asks: ${language}`, async (t) => {
    for (const { given, ...expected } of CASES) {
      await t.test(given.join(", "), async () => {
        const h = await startHarness(options());
        try {
          await tell(h, FIRST[language]);
          const asked = h.requests.length;
          let answer = "";
          for (const text of given) answer = await tell(h, text);
          for (const part of expected[language]) {
            if (typeof part === "string") assert.ok(answer.includes(part), `${answer}\n does not hold ${part}`);
            else assert.match(answer, part);
          }
          assert.equal(h.requests.length, asked, "a model was asked");
          assert.ok((await h.texts(MAIN)).every((entry) => !entry.startsWith("user: /")), "the command went into the transcript");
        } finally {
          await h.close();
        }
      });
    }
  });
}

test("what is chosen is kept for its session alone, and a new session id keeps it (A14)", async () => {
  const h = await startHarness(options());
  try {
    await tell(h, "hello");
    for (const text of ["/model other", "/think high", "/usage tokens", "/verbose on"]) await tell(h, text);
    await tell(h, "/new");
    const answer = await tell(h, "what now?");
    const row = await h.store.get(findSession, { key: MAIN });
    assert.equal(row?.model_override, "test/other");
    assert.deepEqual(JSON.parse(row?.choices ?? "{}"), { thinking: "high", usage: "tokens", verbose: "on" });
    const request = h.requests.at(-1) as ModelRequest;
    assert.equal(request.thinking, "high");
    assert.equal(request.model, "other");
    assert.match(answer, /^echo: what now\?\n\n_📊 10 in \/ 5 out_\n_🔎 test\/other · \d+\.\d s_$/);
    assert.deepEqual((await h.texts(MAIN)).at(-1), "assistant: echo: what now?", "the lines under an answer are no words of the model");
    await tell(h, "/new default");
    assert.equal((await h.store.get(findSession, { key: MAIN }))?.model_override, null);
  } finally {
    await h.close();
  }
});

const NEW: readonly (readonly [given: string, model: string | null, text: string])[] = [
  ["/new other what is new?", "test/other", "what is new?"],
  ["/new test/other what is new?", "test/other", "what is new?"],
  ["/new test other what is new?", "test/other", "what is new?"],
  ["/new quick what is new?", "test/other", "what is new?"],
  ["/new others are here", null, "others are here"],
  ["/new default settings of vim", null, "default settings of vim"],
  ["/reset other go on", "test/other", "go on"],
];

for (const [given, model, text] of NEW) {
  test(`${given} begins with ${model ?? "the agent's model"}: ${text}`, async () => {
    const h = await startHarness(options());
    try {
      await tell(h, "hello");
      await tell(h, given);
      const request = h.requests.at(-1) as ModelRequest;
      assert.deepEqual(request.messages.map((one) => one.text), [text]);
      assert.equal(request.model, model === null ? "echo" : "other");
      assert.equal((await h.store.get(findSession, { key: MAIN }))?.model_override, model);
    } finally {
      await h.close();
    }
  });
}

test("after /send off nothing is answered, what was said is kept, and /send on still gets through (spec 5.6)", async () => {
  const h = await startHarness(options());
  try {
    await tell(h, "hello");
    await tell(h, "/send off");
    await tell(h, "is anybody there?");
    assert.equal(h.requests.length, 1);
    const ended = h.events.at(-1);
    assert.deepEqual(ended?.kind === "aborted" && ended.reason, "SESSION_SEND_DENIED");
    assert.ok((await h.texts(MAIN)).includes("user: is anybody there?"));
    assert.match(await tell(h, "/status"), /🔇/u);
    assert.equal(await tell(h, "/send inherit"), "⚙️ Send policy set to inherit.");
    assert.equal(await tell(h, "and now?"), "echo: and now?");
  } finally {
    await h.close();
  }
});

test("session.sendPolicy keeps a session's answers back until its owner says /send on", async () => {
  const h = await startHarness(options({ config: { session: { sendPolicy: { default: "allow", rules: [{ action: "deny", match: { keyPrefix: "main" } }] } } } as HarnessOptions["config"] & object }));
  try {
    await tell(h, "hello");
    assert.equal(h.requests.length, 0);
    await tell(h, "/send on");
    assert.equal(await tell(h, "hello again"), "echo: hello again");
  } finally {
    await h.close();
  }
});

const ROOM: Said = { kind: "group", chat: "-5", sender: "7" };
const inRoom = (text: string, mentioned: boolean) => ({ ...message(text, ROOM), mentioned });

test("/activation always answers in a room without being named, and /activation mention does not", async () => {
  const config = { channels: { telegram: { dmPolicy: "open", allowFrom: ["*", "7"], groupPolicy: "open" } } } as HarnessOptions["config"] & object;
  const h = await startHarness(options({ config }));
  try {
    await h.receive(inRoom("nobody is named here", false));
    await h.settled();
    assert.equal(h.requests.length, 0);
    await h.receive(inRoom("/activation always", true));
    await h.settled();
    assert.equal(h.channel("telegram").sent.at(-1)?.part.text, "⚙️ Group activation set to always.");
    await h.receive(inRoom("and now?", false));
    await h.settled();
    assert.equal(h.requests.length, 1);
    await h.receive(inRoom("/activation mention", true));
    await h.settled();
    await h.receive(inRoom("and after that?", false));
    await h.settled();
    assert.equal(h.requests.length, 1);
  } finally {
    await h.close();
  }
});

test("whoever may not use a command has said a text: /send of a guest, /model of a guest of a shared session", async () => {
  const h = await startHarness(options({ config: { ...openTo("telegram"), session: { dmScope: "main" } } }));
  try {
    for (const text of ["/send off", "/model other", "/nonsense", "/statusx"]) {
      await h.receive(message(text, { sender: "2" }));
      await h.settled();
      assert.equal(h.requests.at(-1)?.messages.at(-1)?.text, text);
    }
    const asked = h.requests.length;
    await h.receive(message("/whoami", { sender: "2" }));
    await h.settled();
    assert.equal(h.requests.length, asked);
    assert.match(h.channel("telegram").sent.at(-1)?.part.text ?? "", /Role: guest/);
  } finally {
    await h.close();
  }
});

test("in one chat each is answered in their own language, and /language sets it by hand", async () => {
  const h = await startHarness(options({ config: openTo("telegram") }));
  const answerTo = async (text: string, sender: string, language?: string): Promise<string> => {
    const said = message(text, { sender });
    await h.receive(language === undefined ? said : { ...said, sender: { ...said.sender, language } });
    await h.settled();
    return h.channel("telegram").sent.at(-1)?.part.text ?? "";
  };
  try {
    assert.match(await answerTo("/whoami", "1", "zh-hans"), /身份/);
    assert.match(await answerTo("/whoami", "2", "de"), /Identity/);
    await answerTo("请用中文回答我的问题", "2");
    assert.match(await answerTo("/whoami", "2"), /身份/);
    await answerTo("ok 👍", "2");
    assert.match(await answerTo("/whoami", "2"), /身份/, "too few letters change nothing");
    assert.equal(await answerTo("/language en", "2"), "⚙️ Language set to English.");
    await answerTo("我还是写中文，不会改变", "2");
    assert.match(await answerTo("/whoami", "2"), /Identity/, "what is set by hand stays");
    await answerTo("/language auto", "2");
    await answerTo("现在又跟着我写的语言", "2");
    assert.match(await answerTo("/whoami", "2"), /身份/);
    assert.equal(await answerTo("/language zh", "3"), "⚙️ 语言已设为中文。", "also before anything else was said");
    assert.match(await answerTo("/whoami", "3"), /身份/);
  } finally {
    await h.close();
  }
});

test("what went wrong is said in the language of who asked", async () => {
  const broken = async function* () {
    yield* say("");
  };
  const h = await startHarness(options({ answers: { echo: broken, other: echo } }));
  try {
    await tell(h, FIRST.zh);
    const failed = h.events.findLast(({ kind }) => kind === "failed");
    assert.equal(failed?.kind === "failed" && failed.text, "⚠️ 模型服务暂时不可用。请稍后再试。");
  } finally {
    await h.close();
  }
});
