import type { Clock } from "../../domain/clock.ts";
import type { Complaints } from "./complaints.ts";
import { prepareDirectory } from "./directory.ts";

export interface DirectoryParts {
  readonly clock: Clock;
  readonly complaints: Complaints;
  sessionsDir(agentId: string): string;
}

export interface Directories {
  /** The directory to write to, made on first use. Errors: those of the file system, and again at the next call. */
  of(agentId: string): Promise<string>;
  /** The directory is gone: the next call makes it anew. */
  forget(agentId: string): void;
}

/** Every agent's own directory, prepared once in a process. */
export function createDirectories({ clock, complaints, sessionsDir }: DirectoryParts): Directories {
  const ready = new Map<string, Promise<string>>();

  const prepare = async (agentId: string): Promise<string> => {
    const wanted = sessionsDir(agentId);
    const { path, beside } = await prepareDirectory(wanted, clock.now());
    if (beside) {
      const message = "these sessions belong to another program and stay as they are; the readable copy is kept beside them";
      complaints.once(`foreign ${wanted}`, { path: wanted, mirror: path }, message);
    }
    return path;
  };

  return {
    of(agentId) {
      const known = ready.get(agentId);
      if (known) return known;
      const preparing = prepare(agentId);
      ready.set(agentId, preparing);
      preparing.catch(() => ready.delete(agentId));
      return preparing;
    },
    forget: (agentId) => void ready.delete(agentId),
  };
}
