import type { Answer } from "./asked.ts";

/** `/whoami`: who somebody is here, as routing and admission go by it. */
export const whoami: Answer = async (_, { item, turn, say, language }) => {
  const { address, sender } = item.message;
  const role = item.owner ? "whoami.owner" : item.person === null ? "whoami.guest" : "whoami.person-role";
  const name = [sender.name, sender.username === null ? null : `@${sender.username}`].filter((one) => one !== null).join(" ");
  return [
    say("whoami.title"),
    say("whoami.channel", { channel: address.account === "default" ? address.channel : `${address.channel}/${address.account}` }),
    say("whoami.id", { id: sender.id === "" ? say("status.unknown") : `\`${sender.id}\`` }),
    ...(name === "" ? [] : [say("whoami.name", { name })]),
    ...(item.person === null ? [] : [say("whoami.person", { person: item.person })]),
    say("whoami.role", { role: say(role) }),
    say("whoami.session", { key: `\`${turn.sessionKey}\`` }),
    say("whoami.language", { language }),
  ].join("\n");
};
