import type { Command } from "commander";
import { decline, leavable, needsApproval } from "../approval.ts";
import { command, refuseUnknownSubcommand, type CommandContext } from "../command.ts";
import { withoutControls } from "../display-width.ts";
import { consult, operate } from "../operate.ts";
import { paletteFor, printJson, printLines } from "../output.ts";
import { moreLines, pageOf, paged, type PageOptions } from "../paging.ts";
import { askAt } from "../prompts.ts";
import { deliveryLines, firstLine, receiverText } from "../views/outbox.ts";
import { asRow, rowsOf, textOf, type Row } from "../wire.ts";

interface ListOptions extends PageOptions {
  readonly json?: boolean;
  readonly all?: boolean;
}

async function deliveriesOf({ deps }: CommandContext, state: "held" | "all"): Promise<Row[]> {
  return rowsOf(asRow(await consult(deps, "outbox.list", { state })), "deliveries");
}

async function list(context: CommandContext, options: ListOptions): Promise<void> {
  const { terminal, time } = context.deps;
  const all = options.all === true;
  const deliveries = await deliveriesOf(context, all ? "all" : "held");
  const page = pageOf(deliveries, options);
  if (options.json) return printJson(terminal, { deliveries: page, total: deliveries.length });
  const hint = all || page.length === 0 ? [] : [paletteFor(terminal).dim("Send one: continuo outbox release ID    Never send it: continuo outbox drop ID")];
  printLines(terminal, [...deliveryLines(page, time.now(), all), ...moreLines(deliveries.length, page.length, options), ...hint]);
}

async function release({ deps }: CommandContext, id: string, json: boolean): Promise<void> {
  const answer = await operate(deps, "outbox.release", { id });
  if (json) return printJson(deps.terminal, answer);
  printLines(deps.terminal, [`${withoutControls(id)} is on its way.`]);
}

/** What is dropped is never sent: it is shown, and asked for. */
async function drop(context: CommandContext, id: string, options: { readonly json?: boolean; readonly yes?: boolean }): Promise<void> {
  const { deps } = context;
  const ask = askAt(deps, options.json === true, deps.prompter);
  if (!options.yes) {
    if (!ask.interactive) throw needsApproval("`continuo outbox list`");
    const held = (await deliveriesOf(context, "held")).find((delivery) => textOf(delivery, "id") === id);
    const text = held === undefined ? [] : [`To ${receiverText(held)}: ${firstLine(textOf(held, "text") ?? "", deps.terminal.columns)}`];
    printLines(deps.terminal, text);
    if (!(await ask.confirm("Drop it? It will never be sent.", "--yes"))) return decline(context);
  }
  const answer = await operate(deps, "outbox.drop", { id });
  if (options.json) return printJson(deps.terminal, answer);
  printLines(deps.terminal, [`${withoutControls(id)} is dropped.`]);
}

/** `outbox list|release|drop`: replies that the wall held back, because somebody would read them who may not (design, law 5). */
export function outboxCommand(context: CommandContext): Command {
  const parent = command("outbox", "replies that are held back, and what becomes of them", ["continuo outbox list", "continuo outbox release 01JD3V8Q"]);
  parent.addCommand(
    paged(command("list", "the held replies: to whom, since when, why", ["continuo outbox list", "continuo outbox list --all --json"]))
      .option("--all", "replies of every state")
      .option("--json", "print JSON")
      .action(async (options: ListOptions) => list(context, options)),
  );
  parent.addCommand(
    command("release", "send a held reply after all", ["continuo outbox release 01JD3V8Q"])
      .argument("<id>", "as `outbox list` prints it")
      .option("--json", "print JSON")
      .action(async (id: string, options: { json?: boolean }) => release(context, id, options.json === true)),
  );
  parent.addCommand(
    command("drop", "never send a held reply", ["continuo outbox drop 01JD3V8Q --yes"])
      .argument("<id>", "as `outbox list` prints it")
      .option("-y, --yes", "do it without asking")
      .option("--json", "print JSON")
      .action(async (id: string, options: { json?: boolean; yes?: boolean }) => leavable(context, () => drop(context, id, options))),
  );
  return parent.action(() => {
    refuseUnknownSubcommand(parent);
    parent.outputHelp();
  });
}
