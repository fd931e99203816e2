/** The chat commands of this version; everything else that starts with a slash is text for the agent (spec 4.6). */
export type CommandName = "new" | "reset" | "stop" | "help" | "link" | "unlink" | "why" | "dock" | "undock" | "queue";

export interface Command {
  readonly name: CommandName;
  /** What stood behind the word; of `/dock-<channel>` the channel. */
  readonly rest: string;
}
