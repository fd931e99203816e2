/** Delta debugging: the fewest actions of a failing list that still fail. */
export async function shrink<T>(all: readonly T[], fails: (list: readonly T[]) => Promise<boolean>, tries: number): Promise<readonly T[]> {
  let list = all;
  let left = tries;
  for (let size = Math.ceil(list.length / 2); size >= 1 && left > 0; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < list.length && left > 0; left--) {
      const without = [...list.slice(0, at), ...list.slice(at + size)];
      if (without.length > 0 && (await fails(without))) list = without;
      else at += size;
    }
  }
  return list;
}
