import type { z } from "zod";
import { agentsList } from "./agents-list.ts";
import { chatAbort } from "./chat-abort.ts";
import { chatHistory } from "./chat-history.ts";
import { chatSend } from "./chat-send.ts";
import { commandsList } from "./commands-list.ts";
import { conversationsList } from "./conversations-list.ts";
import { conversationsRename } from "./conversations-rename.ts";
import { conversationsResume } from "./conversations-resume.ts";
import { cronAdd } from "./cron-add.ts";
import { cronList } from "./cron-list.ts";
import { cronRemove } from "./cron-remove.ts";
import { cronRun } from "./cron-run.ts";
import { cronRuns } from "./cron-runs.ts";
import { cronStatus } from "./cron-status.ts";
import { cronUpdate } from "./cron-update.ts";
import { wake } from "./wake.ts";
import { gatewayStats } from "./gateway-stats.ts";
import { health } from "./health.ts";
import { modelsList } from "./models-list.ts";
import { auditVerify } from "./audit-verify.ts";
import { audienceBetween } from "./audience-between.ts";
import { audienceMap } from "./audience-map.ts";
import { changesApply } from "./changes-apply.ts";
import { changesList } from "./changes-list.ts";
import { changesPlan } from "./changes-plan.ts";
import { changesRollback } from "./changes-rollback.ts";
import { outboxDrop } from "./outbox-drop.ts";
import { outboxList } from "./outbox-list.ts";
import { outboxRelease } from "./outbox-release.ts";
import { pairingApprove } from "./pairing-approve.ts";
import { pairingList } from "./pairing-list.ts";
import { pairingReject } from "./pairing-reject.ts";
import { pairingRevoke } from "./pairing-revoke.ts";
import { peopleCheckErasure } from "./people-check-erasure.ts";
import { peopleErase } from "./people-erase.ts";
import { peopleExport } from "./people-export.ts";
import { peopleLink } from "./people-link.ts";
import { peopleList } from "./people-list.ts";
import { peopleMerge } from "./people-merge.ts";
import { peopleRename } from "./people-rename.ts";
import { peopleRole } from "./people-role.ts";
import { peopleShow } from "./people-show.ts";
import { peopleSplit } from "./people-split.ts";
import { peopleUnlink } from "./people-unlink.ts";
import { why } from "./why.ts";
import { exportOpenClaw } from "./export-openclaw.ts";
import { importOpenClaw } from "./import-openclaw.ts";
import { mirrorRebuild } from "./mirror-rebuild.ts";
import type { Operation } from "./operation.ts";
import { readsMark } from "./reads-mark.ts";
import { readsSince } from "./reads-since.ts";
import type { Services } from "./services.ts";
import { sessionsDescribe } from "./sessions-describe.ts";
import { sessionsExport } from "./sessions-export.ts";
import { sessionsImport } from "./sessions-import.ts";
import { sessionsList } from "./sessions-list.ts";
import { sessionsRestore } from "./sessions-restore.ts";
import { sessionsSearch } from "./sessions-search.ts";
import { sessionsTrash } from "./sessions-trash.ts";
import { sessionsResolve } from "./sessions-resolve.ts";
import { sessionsShow } from "./sessions-show.ts";
import { sessionsClear } from "./sessions-clear.ts";
import { sessionsCleanup } from "./sessions-cleanup.ts";
import { sessionsCompact } from "./sessions-compact.ts";
import { sessionsCreate } from "./sessions-create.ts";
import { sessionsDelete } from "./sessions-delete.ts";
import { sessionsFork } from "./sessions-fork.ts";
import { sessionsPatch } from "./sessions-patch.ts";
import { sessionsReset } from "./sessions-reset.ts";
import { sessionsRewind } from "./sessions-rewind.ts";
import { sessionsUndo } from "./sessions-undo.ts";
import { sessionsPreview } from "./sessions-preview.ts";
import { status } from "./status.ts";
import { storeMove } from "./store-move.ts";
import { storeStatus } from "./store-status.ts";
import { verifyRun } from "./verify-run.ts";

/** Everything that an outsider may ask. */
export const OPERATIONS: readonly Operation<z.ZodType, unknown, Services>[] = [
  health,
  status,
  gatewayStats,
  agentsList,
  modelsList,
  commandsList,
  sessionsList,
  sessionsDescribe,
  sessionsShow,
  sessionsResolve,
  sessionsPreview,
  sessionsSearch,
  sessionsTrash,
  sessionsRestore,
  sessionsDelete,
  sessionsCleanup,
  sessionsPatch,
  sessionsReset,
  sessionsCreate,
  sessionsClear,
  sessionsCompact,
  sessionsUndo,
  sessionsFork,
  sessionsRewind,
  sessionsExport,
  sessionsImport,
  chatSend,
  chatHistory,
  chatAbort,
  conversationsList,
  conversationsRename,
  conversationsResume,
  readsMark,
  readsSince,
  verifyRun,
  audienceBetween,
  audienceMap,
  auditVerify,
  changesApply,
  changesList,
  changesPlan,
  changesRollback,
  cronAdd,
  cronList,
  cronRemove,
  cronRun,
  cronRuns,
  cronStatus,
  cronUpdate,
  outboxDrop,
  outboxList,
  outboxRelease,
  pairingApprove,
  pairingList,
  pairingReject,
  pairingRevoke,
  peopleCheckErasure,
  peopleErase,
  peopleExport,
  peopleLink,
  peopleList,
  peopleMerge,
  peopleRename,
  peopleRole,
  peopleShow,
  peopleSplit,
  peopleUnlink,
  importOpenClaw,
  exportOpenClaw,
  mirrorRebuild,
  storeMove,
  storeStatus,
  wake,
  why,
];

export type { Caller, Operation, Scope } from "./operation.ts";
export type { AppliedChange, ChangeLine, ChangeMode, ChangesDesk, CheckAnswer, Consent, EndedMove, EraseAnswer, GatewayFacts, JobEvent, JobsDesk, ListedModel, ListedRun, LiveGateway, MoveAnswer, MovingDesk, OperationSettings, PeopleDesk, PlannedOnly, RightsDesk, RunsWanted, Services, StorageDesk, StorageStatus, UndonePlan, Wish } from "./services.ts";
export { newJobSchema, type JobPatch, type NewJob } from "./job-input.ts";
export { sessionRow } from "./session-row.ts";
