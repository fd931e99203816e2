/** Delta debugging: the fewest actions of a failing list that still fail, as far as so many tries and ms go. */
export async function shrink<T>(all: readonly T[], fails: (list: readonly T[]) => Promise<boolean>, tries: number, ms: number): Promise<readonly T[]> {
  let list = all;
  let left = tries;
  const until = performance.now() + ms;
  for (let size = Math.ceil(list.length / 2); size >= 1 && left > 0 && performance.now() < until; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < list.length && left > 0 && performance.now() < until; left--) {
      const without = [...list.slice(0, at), ...list.slice(at + size)];
      if (without.length > 0 && (await fails(without))) list = without;
      else at += size;
    }
  }
  return list;
}
