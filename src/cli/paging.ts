import { InvalidArgumentError, type Command } from "commander";
import { positiveInteger } from "./command.ts";

export interface PageOptions {
  readonly limit: number;
  readonly offset: number;
}

const PAGE = 50;

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("It must be a whole number, 0 or more.");
  return Number(text);
}

/** `--limit` and `--offset`, the same for every long list. */
export function paged(command: Command): Command {
  return command.option("--limit <n>", "at most so many", positiveInteger, PAGE).option("--offset <n>", "leave out so many first", wholeNumber, 0);
}

/** A page of a list that came whole. */
export function pageOf<Row>(rows: readonly Row[], { limit, offset }: PageOptions): readonly Row[] {
  return rows.slice(offset, offset + limit);
}

/** `12 more: --offset 50`, or nothing where the page was the last one. */
export function moreLines(total: number, shown: number, { offset }: PageOptions): string[] {
  const left = total - offset - shown;
  return left <= 0 || shown === 0 ? [] : [`${left} more: --offset ${offset + shown}`];
}
