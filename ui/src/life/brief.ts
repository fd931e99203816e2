/** What the page says of a session's life before the rest of it is fetched. */
export const en = {
  undo: "Undo",
  step: (kind: string) =>
    ({
      new: "A new conversation began.",
      reset: "The conversation was reset.",
      clear: "The conversation was cleared.",
      daily: "A new day, a new conversation.",
      idle: "A new conversation after a long silence.",
      resumed: "An earlier conversation goes on.",
      forked: "This is a copy of another conversation.",
      rewound: "What was said last was set aside.",
    })[kind] ?? kind,
  since: "New since you were here",
  turnsOn: (n: number, channel: string) => `${n === 1 ? "1 turn" : `${n} turns`} on ${channel}`,
  lost: "The connection was lost before the answer came, and off the record nothing is kept.",
  actions: "What you can do with this message",
  sessionActions: (name: string) => `What you can do with ${name}`,
  search: "Search",
  filter: "Filter conversations",
  archived: "Archived",
  trash: "Trash",
  pinned: "pinned",
  nothing: "Nothing fits.",
  later: "Load later messages",
};
