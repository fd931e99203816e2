import type { Check, CheckState, Diagnosis } from "../../audit/doctor.ts";
import { withoutControls } from "../display-width.ts";
import type { Palette } from "../output.ts";

const TITLES: Readonly<Record<Check["section"], string>> = { install: "Install", gateway: "Gateway", channels: "One conversation", model: "Model" };

function mark(state: CheckState, palette: Palette): string {
  if (state === "ok") return palette.good("✓");
  return state === "cross" ? palette.bad("✗") : palette.warn("!");
}

function verdict({ ok, unified, checks }: Diagnosis, palette: Palette): string {
  const crosses = checks.filter(({ state }) => state === "cross").length;
  if (!ok) return palette.bad(`${crosses} thing${crosses === 1 ? "" : "s"} to change.`);
  return palette.good(unified ? "All is well: one conversation on all your channels." : "All is well.");
}

export function doctorLines(diagnosis: Diagnosis, palette: Palette): string[] {
  const sections = Object.entries(TITLES).flatMap(([section, title]) => {
    const lines = diagnosis.checks
      .filter((check) => check.section === section)
      .flatMap(({ state, text, fix }) => [`  ${mark(state, palette)} ${withoutControls(text).replaceAll("\n", "\n      ")}`, ...(fix === null ? [] : [palette.dim(`      fix: ${withoutControls(fix)}`)])]);
    return lines.length === 0 ? [] : [palette.bold(title), ...lines, ""];
  });
  return [...sections, verdict(diagnosis, palette)];
}
