/** What the page says of people before their view is fetched. */
export const en = {
  title: "People",
  item: "People and walls",
  count: (n: number) => (n === 1 ? "1 thing waits for you" : `${n} things wait for you`),
  skip: "Skip to the content",
  held: "Not sent: waits for you",
  done: (what: string) => `Done: ${what}`,
};
