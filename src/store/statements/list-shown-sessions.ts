import { statement } from "../statement.ts";
import { selectShown, type SessionListRow, type ShownPage } from "./session-list.ts";

/** Sessions that are neither pinned nor archived, newest first, a page at a time. */
export const listShownSessions = statement<ShownPage, SessionListRow>((db, p) => selectShown(db, p) as never);
