/** The half of a Telegram Bot API that gives files: the ready-made server has none. */
import type { ServerResponse } from "node:http";

export interface TelegramFiles {
  /** Resolves to the id that `getFile` takes. */
  add(bytes: Uint8Array, tooBig?: boolean): string;
  /** Answers what is about files; false for everything else. */
  serve(path: string, body: Readonly<Record<string, unknown>>, response: ServerResponse): boolean;
}

export function createTelegramFiles(token: string): TelegramFiles {
  const files = new Map<string, { readonly bytes: Uint8Array; readonly tooBig: boolean }>();
  const answer = (response: ServerResponse, status: number, body: object): void => void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  return {
    add(bytes, tooBig = false) {
      const id = `file-${files.size + 1}`;
      files.set(id, { bytes, tooBig });
      return id;
    },
    serve(path, body, response) {
      if (path === `/bot${token}/getFile`) {
        const id = String(body["file_id"]);
        const found = files.get(id);
        if (found === undefined) answer(response, 400, { ok: false, error_code: 400, description: "Bad Request: wrong file_id or the file is temporarily unavailable" });
        else if (found.tooBig) answer(response, 400, { ok: false, error_code: 400, description: "Bad Request: file is too big" });
        else answer(response, 200, { ok: true, result: { file_id: id, file_unique_id: id, file_size: found.bytes.byteLength, file_path: `photos/${id}` } });
        return true;
      }
      const id = path.startsWith(`/file/bot${token}/photos/`) ? path.slice(path.lastIndexOf("/") + 1) : null;
      const found = id === null ? undefined : files.get(id);
      if (found === undefined) return false;
      response.writeHead(200, { "content-type": "application/octet-stream", "content-length": found.bytes.byteLength }).end(found.bytes);
      return true;
    },
  };
}
