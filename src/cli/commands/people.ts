import { Option, type Command } from "commander";
import { changeWithApproval, leavable, withApproval, type ApprovalOptions, type Change } from "../approval.ts";
import { command, refuseUnknownSubcommand, type CommandContext } from "../command.ts";
import { withoutControls } from "../display-width.ts";
import { consult } from "../operate.ts";
import { paletteFor, printJson, printLines } from "../output.ts";
import { moreLines, paged, type PageOptions } from "../paging.ts";
import { peopleLines, personLines } from "../views/people.ts";
import { asRow, numberOf, rowsOf } from "../wire.ts";
import { addRights } from "./rights.ts";

interface ListOptions extends PageOptions {
  readonly json?: boolean;
  readonly search?: string;
}

const ROLES = ["owner", "member", "guest"] as const;

async function list({ deps }: CommandContext, { json, search, limit, offset }: ListOptions): Promise<void> {
  const payload = asRow(await consult(deps, "people.list", { ...(search === undefined ? {} : { search }), limit, offset }));
  if (json) return printJson(deps.terminal, payload);
  const shown = rowsOf(payload, "people").length;
  printLines(deps.terminal, [
    ...peopleLines(payload, deps.time.now(), paletteFor(deps.terminal)),
    ...moreLines(numberOf(payload, "total") ?? shown, shown, { limit, offset }),
  ]);
}

async function show({ deps }: CommandContext, name: string, json: boolean): Promise<void> {
  const payload = asRow(await consult(deps, "people.show", { name }));
  if (json) return printJson(deps.terminal, payload);
  printLines(deps.terminal, personLines(asRow(payload.person), deps.time.now(), paletteFor(deps.terminal)));
}

type Wish = Pick<Change, "method" | "params"> & { readonly done: string };

/** All changes of who somebody is go the same way: the plan, the question, the deed. */
async function change(context: CommandContext, { method, params, done }: Wish, options: ApprovalOptions): Promise<void> {
  const wanted: Change = { method, params, question: "Do this?", done: () => [withoutControls(done)] };
  await leavable(context, () => changeWithApproval(context, wanted, options));
}

const IDENTITY = "channel:id, or channel/account:id, as `people list` prints it";

function linking(parent: Command, context: CommandContext): void {
  parent.addCommand(
    withApproval(command("link", "say whose identity this is; a new name makes a new person", ["continuo people link telegram:123456789 Alice", "continuo people link slack/work:U024BE7LH Ada --role owner"]))
      .argument("<identity>", IDENTITY)
      .argument("<name>", "the person's name")
      .addOption(new Option("--role <role>", "what a new person is").choices(ROLES))
      .action(async (identity: string, name: string, options: ApprovalOptions & { role?: string }) => {
        const params = { identity, name, ...(options.role === undefined ? {} : { role: options.role }) };
        await change(context, { method: "people.link", params, done: `${identity} is ${name} now.` }, options);
      }),
  );
  parent.addCommand(
    withApproval(command("unlink", "an identity is nobody's any more", ["continuo people unlink telegram:123456789"]))
      .argument("<identity>", IDENTITY)
      .action(async (identity: string, options: ApprovalOptions) =>
        change(context, { method: "people.unlink", params: { identity }, done: `${identity} is linked to nobody now.` }, options),
      ),
  );
}

function joining(parent: Command, context: CommandContext): void {
  parent.addCommand(
    withApproval(command("merge", "two people are one: the first becomes the second", ["continuo people merge Bob Robert --dry-run"]))
      .argument("<from>", "who is no person of their own any more")
      .argument("<into>", "who they are")
      .action(async (from: string, into: string, options: ApprovalOptions) =>
        change(context, { method: "people.merge", params: { from, into }, done: `${from} is ${into} now.` }, options),
      ),
  );
  parent.addCommand(
    withApproval(command("split", "one person is two: some identities become somebody else", ["continuo people split Alice discord:42 slack:U7 --to Alicia"]))
      .argument("<name>", "whose identities they are now")
      .argument("<identities...>", IDENTITY)
      .requiredOption("--to <name>", "who has these identities from now on")
      .action(async (name: string, identities: string[], { to, ...options }: ApprovalOptions & { to: string }) =>
        change(context, { method: "people.split", params: { name, identities, to }, done: `${identities.join(", ")}: ${to} now, and no longer ${name}.` }, options),
      ),
  );
}

function naming(parent: Command, context: CommandContext): void {
  parent.addCommand(
    withApproval(command("rename", "give a person another name", ["continuo people rename Bob Robert"]))
      .argument("<name>", "the name now")
      .argument("<to>", "the name from now on")
      .action(async (name: string, to: string, options: ApprovalOptions) =>
        change(context, { method: "people.rename", params: { name, to }, done: `${name} is called ${to} now.` }, options),
      ),
  );
  parent.addCommand(
    withApproval(command("role", "say what a person is; the owner's messages share the main conversation", ["continuo people role Alice member"]))
      .argument("<name>", "the person's name")
      .addArgument(parent.createArgument("<role>", "owner, member or guest").choices(ROLES))
      .action(async (name: string, role: string, options: ApprovalOptions) =>
        change(context, { method: "people.role", params: { name, role }, done: `${name} is ${role} now.` }, options),
      ),
  );
}

/** `people`: who is who, and changes of it, which carry the history along (spec A1, A3, A15). */
export function peopleCommand(context: CommandContext): Command {
  const parent = command("people", "who talks to your agent, and which identities are one person", ["continuo people list", "continuo people link telegram:123456789 Alice"]);
  parent.addCommand(
    paged(command("list", "the people, and who spoke but is linked to nobody", ["continuo people list --search ali", "continuo people list --json"]))
      .option("--search <text>", "only those whose name or identity has this in it")
      .option("--json", "print JSON")
      .action(async (options: ListOptions) => list(context, options)),
  );
  parent.addCommand(
    command("show", "one person: identities, how they are known, conversations", ["continuo people show Alice"])
      .argument("<name>", "the person's name")
      .option("--json", "print JSON")
      .action(async (name: string, options: { json?: boolean }) => show(context, name, options.json === true)),
  );
  linking(parent, context);
  naming(parent, context);
  joining(parent, context);
  addRights(parent, context);
  return parent.action(() => {
    refuseUnknownSubcommand(parent);
    parent.outputHelp();
  });
}
