/** The named steps of a message's way, in order: where tests kill a gateway, and where traces will begin. */
export type ProbePoint =
  | "accepted"
  | "claimed"
  | "streaming"
  | "before-commit"
  | "committed"
  | "before-send"
  | "after-send";

export type Probe = (point: ProbePoint) => void;

export const noProbe: Probe = () => undefined;
