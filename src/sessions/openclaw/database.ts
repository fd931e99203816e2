import { asFields, parseJson, type Fields } from "./fields.ts";
import type { Complain, FoundAgent, FoundLine, FoundTranscript } from "./found.ts";
import type { OpenClawDatabase, StoredTranscript } from "../../store/openclaw/read.ts";

async function* linesOf({ events }: StoredTranscript): AsyncGenerator<FoundLine> {
  let number = 0;
  for (const text of events()) yield { number: ++number, text };
}

function entryOf(json: string): Fields | null {
  try {
    return asFields(parseJson(json));
  } catch {
    return null; // told by its key
  }
}

/** What the database of a later version has of one agent, as if it were files. */
export function foundInDatabase(agentId: string, database: OpenClawDatabase, at: string, complain: Complain): FoundAgent {
  const rows = database.rows.flatMap(({ key, entry, pinnedAt, archivedAt }) => {
    const read = entryOf(entry);
    if (read !== null) return [{ agentId, key, entry: { pinnedAt, archivedAt, ...read }, at }];
    complain({ file: at, line: null, why: `the row ${JSON.stringify(key)} is no JSON object` });
    return [];
  });
  const transcripts = database.transcripts.map((stored): FoundTranscript => {
    const { sessionId, key, leaf, putAway } = stored;
    return { agentId, sessionId, key, at: `${at}#${sessionId}`, putAway, leaf, lines: () => linesOf(stored) };
  });
  for (const id of database.elsewhere) complain({ file: at, line: null, why: `the transcript ${id} was put into cold storage, which is not read; restore it in OpenClaw first` });
  return { agentId, rows, transcripts };
}
