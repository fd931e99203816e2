import type { en } from "./brief.ts";

export const zh: typeof en = {
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
  turnsOn: (n, channel) => `${channel} ${n} 轮`,
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
};
