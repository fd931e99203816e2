/** What the page says of a session's life before the rest of it is fetched. */
const en = {
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
  turnsOn: (n: number, channel: string) => `${n} on ${channel}`,
  offRecord: "Off the record.",
  offRecordText: "Nothing you write on this page is kept: it is gone when you reload it or open another conversation.",
  offRecordEnd: "Back on the record",
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
  dismiss: "Dismiss",
};

const zh: typeof en = {
  undo: "撤销",
  step: (kind) =>
    ({
      new: "新对话开始了。",
      reset: "对话已重置。",
      clear: "对话已清空。",
      daily: "新的一天，新的对话。",
      idle: "久未说话，新对话开始了。",
      resumed: "继续以前的对话。",
      forked: "这是另一个对话的副本。",
      rewound: "最后的内容已搁置。",
    })[kind] ?? kind,
  since: "你离开后的新消息",
  turnsOn: (n, channel) => `${channel} ${n} 条`,
  offRecord: "不留记录。",
  offRecordText: "你在此页面写的内容不会保存：刷新页面或打开另一个对话后就会消失。",
  offRecordEnd: "恢复记录",
  lost: "回答到达前连接已断开，而不留记录时什么都不会保存。",
  actions: "对这条消息的操作",
  sessionActions: (name) => `对 ${name} 的操作`,
  search: "搜索",
  filter: "筛选对话",
  archived: "已归档",
  trash: "回收站",
  pinned: "已置顶",
  nothing: "没有符合的。",
  later: "加载更晚的消息",
  dismiss: "关闭",
};

export const LIFE_BRIEF = { en, zh } as const;
