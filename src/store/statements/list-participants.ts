import { statement } from "../statement.ts";
import { selectParticipants, type SpokenRow } from "./participant-list.ts";

/** Who speaks in the sessions that were last active, `sessions` of them; at most `limit` rows. */
export const listParticipants = statement<{ sessions: number; limit: number }, SpokenRow>((db, p) =>
  selectParticipants(db)
    .where("sessions.key", "in", (eb) =>
      eb
        .selectFrom("sessions as newest")
        .select("newest.key")
        .where((inner) => inner.exists(inner.selectFrom("participants as spoke").select("spoke.session_key").whereRef("spoke.session_key", "=", "newest.key")))
        .orderBy("newest.updated_at", "desc")
        .orderBy("newest.key", "desc")
        .limit(p("sessions")),
    )
    .limit(p("limit")),
);
