export interface ModelName {
  readonly provider: string | undefined;
  readonly model: string;
}

/** `provider/model` as the two fields that OpenClaw keeps; a model's own name may hold further slashes. */
export function splitModel(name: string): ModelName {
  const slash = name.indexOf("/");
  if (slash <= 0) return { provider: undefined, model: name };
  return { provider: name.slice(0, slash), model: name.slice(slash + 1) };
}
