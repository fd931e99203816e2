import type { z } from "zod";
import { agentsList } from "./agents-list.ts";
import { chatAbort } from "./chat-abort.ts";
import { chatHistory } from "./chat-history.ts";
import { chatSend } from "./chat-send.ts";
import { commandsList } from "./commands-list.ts";
import { conversationsList } from "./conversations-list.ts";
import { conversationsResume } from "./conversations-resume.ts";
import { health } from "./health.ts";
import { modelsList } from "./models-list.ts";
import type { Operation } from "./operation.ts";
import type { Services } from "./services.ts";
import { sessionsDescribe } from "./sessions-describe.ts";
import { sessionsList } from "./sessions-list.ts";
import { sessionsPreview } from "./sessions-preview.ts";
import { status } from "./status.ts";
import { verifyRun } from "./verify-run.ts";

/** Everything that an outsider may ask. */
export const OPERATIONS: readonly Operation<z.ZodType, unknown, Services>[] = [
  health,
  status,
  agentsList,
  modelsList,
  commandsList,
  sessionsList,
  sessionsDescribe,
  sessionsPreview,
  chatSend,
  chatHistory,
  chatAbort,
  conversationsList,
  conversationsResume,
  verifyRun,
];

export type { Caller, Operation, Scope } from "./operation.ts";
export type { GatewayFacts, LiveGateway, ListedModel, OperationSettings, Services } from "./services.ts";
export { sessionRow } from "./session-row.ts";
