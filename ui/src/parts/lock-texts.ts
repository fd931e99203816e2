import type { Store } from "../store.ts";

/** The words of the form for the secret: they come with it. */
const en = {
  tokenTitle: "This gateway is locked",
  tokenText: "Paste its token to come in. This command prints a link that carries it:",
  tokenLabel: "Token",
  tokenWrong: "That token is not right. It may have been changed.",
  passwordText: "Enter the gateway's password to come in.",
  passwordLabel: "Password",
  passwordWrong: "That password is not right.",
  unlock: "Come in",
};

const zh: typeof en = {
  tokenTitle: "网关已上锁",
  tokenText: "粘贴它的令牌即可进入。这条命令会打印带令牌的链接：",
  tokenLabel: "令牌",
  tokenWrong: "令牌不对，可能已经更换。",
  passwordText: "输入网关的密码即可进入。",
  passwordLabel: "密码",
  passwordWrong: "密码不对。",
  unlock: "进入",
};

const TEXTS = { en, zh } as const;

export function lockTexts(store: Store): typeof en {
  return TEXTS[store.language.value];
}
