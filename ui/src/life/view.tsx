import "../styles/life.css";
import "../styles/off-record.css";
import { useApp } from "../app.ts";
import { Earlier } from "./earlier.tsx";
import type { Asking } from "./life.ts";
import { MessageMenu, Rewind } from "./messages.tsx";
import { Search } from "./search.tsx";
import { ToldLine } from "./told.tsx";
import { Delete, Label, SessionMenu, Trash } from "./sessions.tsx";

export { OffRecord } from "./off-record.tsx";
export { LaterButton } from "./places.tsx";
export { ReadingBar } from "./reading-bar.tsx";

function Asked({ asking }: { readonly asking: Asking }) {
  const { life } = useApp();
  // A menu that is left for a dialog closes after the dialog was asked for.
  const close = (): void => {
    if (life.asking.value === asking) life.asking.value = null;
  };
  switch (asking.kind) {
    case "search":
      return <Search onClose={close} />;
    case "trash":
      return <Trash onClose={close} />;
    case "earlier":
      return <Earlier sessionKey={asking.key} onClose={close} />;
    case "message":
      return <MessageMenu message={asking.message} from={asking.from} />;
    case "rewind":
      return <Rewind message={asking.message} onClose={close} />;
    case "session":
      return <SessionMenu row={asking.row} from={asking.from} />;
    case "label":
      return <Label row={asking.row} onClose={close} />;
    case "delete":
      return <Delete row={asking.row} onClose={close} />;
  }
}

/** What is asked for at the moment, and what was done last, above the page. */
export function LifeView() {
  const asking = useApp().life.asking.value;
  return (
    <>
      {asking === null ? null : <Asked key={asking.kind} asking={asking} />}
      <ToldLine />
    </>
  );
}
