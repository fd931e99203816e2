/** What the page says of people before their view is fetched. */
const en = {
  title: "People",
  item: "People and walls",
  count: (n: number) => (n === 1 ? "1 thing waits for you" : `${n} things wait for you`),
  skip: "Skip to the content",
  held: "Not sent: waits for you",
  done: (what: string) => `Done: ${what}`,
};

const zh: typeof en = {
  title: "人员",
  item: "人员与隔离",
  count: (n) => `有 ${n} 件事等你处理`,
  skip: "跳到内容",
  held: "未发送：等你决定",
  done: (what) => `已完成：${what}`,
};

export const PEOPLE_BRIEF = { en, zh } as const;
