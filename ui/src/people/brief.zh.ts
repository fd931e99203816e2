import type { en } from "./brief.ts";

export const zh: typeof en = {
  title: "人员",
  item: "人员与隔离",
  count: (n) => `有 ${n} 件事等你处理`,
  skip: "跳到内容",
  held: "未发送：等你决定",
  done: (what) => `已完成：${what}`,
};
