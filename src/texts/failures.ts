import type { ContinuoError, ErrorCode } from "../domain/errors.ts";
import type { Language } from "../domain/language.ts";

/**
 * What may come to a chat, in Chinese: what happened and what helps. In English the error says it itself, with the names
 * that it happened to; here the log has those. `{name}` is a field of the error.
 */
const ZH: Partial<Readonly<Record<ErrorCode, string>>> = {
  SESSION_BUSY: "正在写回答。请等它写完，或用 /stop 停止。",
  SESSION_NOT_FOUND: "没有这个对话。`/sessions` 列出全部。",
  STEP_UNKNOWN: "没有那么多内容可回退。`/sessions` 列出之前的对话。",
  MESSAGE_TOO_LARGE: "消息太长。请分成几段发送。",
  MODEL_UNKNOWN: "没有这个模型。请用 provider/model 的形式指定；`/models` 列出可用的模型。",
  MODEL_KEY_MISSING: "缺少模型服务的密钥。请主人在配置中设置。",
  MODEL_REJECTED: "模型服务拒绝了请求。具体原因在日志中。",
  MODEL_UNAVAILABLE: "模型服务暂时不可用。请稍后再试。",
  MODEL_TIMEOUT: "模型没有及时回答。请再试一次。",
  INBOX_UNREADABLE: "无法读回你的消息。请重新发送。",
  TURN_GAVE_UP: "这条消息未能回答：已尝试 {attempts} 次。请重新发送再试；原因在日志中。",
  TURN_LIMIT_REACHED: "今天的额度已用完（{scope}:{limit}）。你的消息已保留，没有询问模型。UTC 00:00 重新计算，还有 {hours} 小时 {minutes} 分钟。届时再写，或请主人提高限额。",
  STORE_FULL: "磁盘已满。请主人腾出空间。",
  STORE_BUSY: "数据库正忙。请稍后再试。",
  STORE_UNREACHABLE: "暂时连不上数据库。请稍后再试。",
  STORE_CORRUPT: "存储出了问题，没有覆盖任何内容。请主人运行 `continuo doctor --repair`。",
  SESSION_SEND_DENIED: "这个会话不发送回答。主人可用 /send on 恢复。",
  PEOPLE_UNKNOWN: "没有这个人。",
  PEOPLE_NAME_TAKEN: "这个名字已被使用。",
  PEOPLE_IN_FILE: "这由配置文件决定，要由主人在那里更改。",
  CHANGE_BUSY: "正在进行另一项更改。请稍后再试。",
  CHANGE_STALE: "期间有了变化。请再看一次。",
  WALL_BREACHED: "回答已被拦下，没有发送任何内容。请告诉主人，原因在日志中。",
  RUNTIME_MISSING: "缺少所需的程序包。请主人重新安装。",
  INTERNAL: "内部出了问题。请告诉主人，原因在日志中。",
};

const ZH_OTHERS = "出了问题（{code}）。请告诉主人，原因在日志中。";

/** What went wrong and what to do, for a chat: never a path, a stack or a secret. */
export function failureText(language: Language, error: ContinuoError): string {
  if (language === "en") return `⚠️ ${error.message} ${error.cure}`;
  const fields: Readonly<Record<string, unknown>> = { ...error.fields, code: error.code };
  const text = (ZH[error.code] ?? ZH_OTHERS).replace(/\{(\w+)\}/g, (_, name: string) => word(fields[name]));
  return `⚠️ ${text}`;
}

/** The words that stand in fields, where a person is to read them. */
const WORDS: Readonly<Record<string, string>> = { person: "你", session: "本对话", turns: "回答次数", tokens: "token", cost: "费用" };

function word(value: unknown): string {
  return typeof value === "string" ? (Object.hasOwn(WORDS, value) ? (WORDS[value] ?? value) : value) : typeof value === "number" ? String(value) : "?";
}
