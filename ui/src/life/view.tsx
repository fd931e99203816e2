import "../styles/life.css";
import { useApp } from "../app.ts";
import { Earlier } from "./earlier.tsx";
import type { Asking } from "./life.ts";
import { MessageMenu, Rewind } from "./messages.tsx";
import { Search } from "./search.tsx";
import { Delete, Label, SessionMenu, Trash } from "./sessions.tsx";

/** What is asked for at the moment, above the page. */
export function LifeView({ asking }: { readonly asking: Asking }) {
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
