import { Option, type Command } from "commander";
import { changeWithApproval, leavable, withApproval, type ApprovalOptions } from "../approval.ts";
import { command, refuseUnknownSubcommand, type CommandContext } from "../command.ts";
import { withoutControls } from "../display-width.ts";
import { failure } from "../failure.ts";
import { consult, operate } from "../operate.ts";
import { printJson, printLines } from "../output.ts";
import { moreLines, pageOf, paged, type PageOptions } from "../paging.ts";
import { askAt, type Ask } from "../prompts.ts";
import type { Choice } from "../prompter.ts";
import { approvedLines, requesterText, requestLines, shareLine } from "../views/pairing.ts";
import { nameOf } from "../views/people.ts";
import { asRow, rowsOf, textOf, type Row } from "../wire.ts";

type Who = { readonly kind: "me" } | { readonly kind: "guest" } | { readonly kind: "person"; readonly name: string };

interface Request {
  readonly channel?: string;
  readonly code: string;
}

interface ApproveOptions extends ApprovalOptions {
  readonly me?: boolean;
  readonly person?: string;
  readonly guest?: boolean;
}

/** `[channel] <code>`, with the channel first as OpenClaw writes it. Codes are upper case whoever types them. */
function requestNamed(words: readonly string[]): Request {
  const [first = "", second, ...surplus] = words;
  if (surplus.length > 0) throw failure("REQUEST_INVALID", `There are ${words.length} words where a channel and a code belong.`, "Write `continuo pairing approve telegram ABCD2345`.");
  if (second === undefined) return { code: first.trim().toUpperCase() };
  return { channel: first.toLowerCase(), code: second.trim().toUpperCase() };
}

async function known({ deps }: CommandContext, channel: string | undefined): Promise<Row> {
  return asRow(await consult(deps, "pairing.list", channel === undefined ? {} : { channel }));
}

async function waiting(context: CommandContext, channel: string | undefined): Promise<Row[]> {
  return rowsOf(await known(context, channel), "requests");
}

async function list(context: CommandContext, channel: string | undefined, options: PageOptions & { readonly json?: boolean; readonly approved?: boolean }): Promise<void> {
  const { terminal, time } = context.deps;
  const answer = await known(context, channel?.toLowerCase());
  if (options.approved) {
    const approved = rowsOf(answer, "approved");
    const shown = pageOf(approved, options);
    if (options.json) return printJson(terminal, { approved: shown, total: approved.length });
    return printLines(terminal, [...approvedLines(shown, time.now()), ...moreLines(approved.length, shown.length, options)]);
  }
  const requests = rowsOf(answer, "requests");
  const page = pageOf(requests, options);
  if (options.json) return printJson(terminal, { requests: page, total: requests.length });
  printLines(terminal, [...requestLines(page, time.now()), ...moreLines(requests.length, page.length, options)]);
}

const FLAGS = "--me, --person NAME or --guest";
const MOST_NAMED = 100;

/** Who this is: oneself, one of the people, somebody by a name that is typed, or a guest. */
async function askWho({ deps }: CommandContext, ask: Ask, requester: string): Promise<Who> {
  const people = rowsOf(asRow(await consult(deps, "people.list", { limit: MOST_NAMED })), "people");
  const choices: Choice<string>[] = [
    { value: "me", label: "me", hint: "your own messages: they share your main conversation" },
    ...people.map((person) => ({ value: `person:${textOf(person, "name") ?? ""}`, label: nameOf(person), hint: nameOf(person, "role") })),
    { value: "new", label: "somebody else: I type the name" },
    { value: "guest", label: "a guest, with a conversation of their own" },
  ];
  const answer = await ask.select(`Who is ${requester}?`, choices, FLAGS);
  if (answer === "me" || answer === "guest") return { kind: answer };
  if (answer === "new") return { kind: "person", name: await ask.text("What is their name?", "--person NAME") };
  return { kind: "person", name: answer.slice("person:".length) };
}

function whoOf({ me, person, guest }: ApproveOptions): Who | null {
  if (me) return { kind: "me" };
  if (person !== undefined) return { kind: "person", name: person };
  return guest ? { kind: "guest" } : null;
}

/** The request as the person sees it, before anything is asked. Throws PAIRING_UNKNOWN. */
async function requesterOf(context: CommandContext, { channel, code }: Request): Promise<string> {
  const found = (await waiting(context, channel)).find((request) => textOf(request, "code") === code);
  if (found !== undefined) return requesterText(found);
  throw failure("PAIRING_UNKNOWN", `Nobody waits with the code ${withoutControls(code)}${channel === undefined ? "" : ` on ${withoutControls(channel)}`}.`, "List the requests with `continuo pairing list`; a code is good for one hour.");
}

const AS_WHOM: Readonly<Record<Who["kind"], (name: string) => string>> = {
  me: () => "as you",
  person: (name) => `as ${withoutControls(name)}`,
  guest: () => "as a guest",
};

function doneLines(answer: Row, request: Request, who: Who, assumed: boolean): string[] {
  const name = who.kind === "person" ? who.name : "";
  const asked = asRow(answer.request);
  const requester = textOf(asked, "senderId") === null ? request.code : requesterText(asked);
  return [
    `${requester} is let in ${AS_WHOM[who.kind](name)}.`,
    shareLine(answer, who.kind === "me" ? "You" : "They"),
    ...(assumed ? [`Nobody said who this is, so a guest was assumed: ${FLAGS} says it.`] : []),
  ];
}

async function approve(context: CommandContext, words: readonly string[], options: ApproveOptions): Promise<void> {
  const ask = askAt(context.deps, options.json === true, context.deps.prompter);
  const request = requestNamed(words);
  const said = whoOf(options);
  const requester = ask.interactive ? await requesterOf(context, request) : request.code;
  const who = said ?? (ask.interactive && !options.yes ? await askWho(context, ask, requester) : { kind: "guest" as const });
  const change = {
    method: "pairing.approve",
    params: { ...request, who },
    alwaysAsked: true,
    question: `Let ${requester} in ${AS_WHOM[who.kind](who.kind === "person" ? who.name : "")}?`,
    preface: (answer: Row) => [shareLine(answer, who.kind === "me" ? "You" : "They")],
    done: (answer: Row) => doneLines(answer, request, who, said === null && (!ask.interactive || options.yes === true)),
  };
  // A guest shares nothing: OpenClaw's scripts give the code alone, and are understood.
  const isSimple = !ask.interactive && who.kind === "guest" && options.dryRun !== true;
  await changeWithApproval(context, change, isSimple ? { ...options, yes: true } : options);
}

async function reject({ deps }: CommandContext, words: readonly string[], json: boolean): Promise<void> {
  const request = requestNamed(words);
  const answer = await operate(deps, "pairing.reject", request);
  if (json) return printJson(deps.terminal, answer);
  printLines(deps.terminal, [`The request ${withoutControls(request.code)} is rejected. Nobody is told.`]);
}

async function revoke({ deps }: CommandContext, identity: string, json: boolean): Promise<void> {
  const answer = await operate(deps, "pairing.revoke", { identity });
  if (json) return printJson(deps.terminal, answer);
  printLines(deps.terminal, [`${withoutControls(identity)} is not let in any more. What they said stays; \`continuo people unlink\` takes the account out of its person.`]);
}

/** `pairing list|approve|reject|revoke` (spec 1.5): who asked to be let in, and as whom they are. OpenClaw's form works as it is. */
export function pairingCommand(context: CommandContext): Command {
  const parent = command("pairing", "let somebody in who wrote to your agent", ["continuo pairing list", "continuo pairing approve telegram ABCD2345 --me"]);
  parent.addCommand(
    paged(command("list", "who waits to be let in", ["continuo pairing list telegram"]))
      .argument("[channel]", "only those of one channel")
      .option("--approved", "instead those who were let in by a code")
      .option("--json", "print JSON")
      .action(async (channel: string | undefined, options: PageOptions & { json?: boolean; approved?: boolean }) => list(context, channel, options)),
  );
  parent.addCommand(
    withApproval(command("approve", "let somebody in, and say who it is", ["continuo pairing approve telegram ABCD2345", "continuo pairing approve ABCD2345 --person Alice --yes"]))
      .usage("[options] [channel] <code>")
      .argument("<code...>", "the code, after its channel if you like")
      .addOption(new Option("--me", "it is you: your messages there share your main conversation").conflicts(["person", "guest"]))
      .addOption(new Option("--person <name>", "it is this person; a new name makes a new person").conflicts(["me", "guest"]))
      .addOption(new Option("--guest", "a conversation of their own (what is meant where nobody can be asked)").conflicts(["me", "person"]))
      .action(async (words: string[], options: ApproveOptions) => leavable(context, () => approve(context, words, options))),
  );
  parent.addCommand(
    command("reject", "take a request off the list", ["continuo pairing reject telegram ABCD2345"])
      .usage("[options] [channel] <code>")
      .argument("<code...>", "the code, after its channel if you like")
      .option("--json", "print JSON")
      .action(async (words: string[], options: { json?: boolean }) => reject(context, words, options.json === true)),
  );
  parent.addCommand(
    command("revoke", "shut out again whom a code had let in", ["continuo pairing revoke telegram:123456789"])
      .argument("<identity>", "channel:id, or channel/account:id")
      .option("--json", "print JSON")
      .action(async (identity: string, options: { json?: boolean }) => revoke(context, identity, options.json === true)),
  );
  return parent.action(() => {
    refuseUnknownSubcommand(parent);
    parent.outputHelp();
  });
}
