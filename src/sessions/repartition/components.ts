/**
 * Groups sessions that exchange something, however indirectly: each group is sorted anew at once, so that no entry is
 * moved twice and every state between two groups is a whole one. In the order of their first source.
 */
export function groupSources(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const parent = new Map<string, string>();
  const rootOf = (key: string): string => {
    let root = key;
    for (let above = parent.get(root); above !== undefined && above !== root; above = parent.get(root)) root = above;
    // What was walked over points at the root from now on.
    for (let at = key; at !== root; ) {
      const above = parent.get(at) ?? root;
      parent.set(at, root);
      at = above;
    }
    parent.set(root, root);
    return root;
  };
  for (const [source, targets] of edges) for (const target of targets) parent.set(rootOf(target), rootOf(source));
  const groups = new Map<string, string[]>();
  for (const source of edges.keys()) {
    const root = rootOf(source);
    const group = groups.get(root) ?? [];
    group.push(source);
    groups.set(root, group);
  }
  return [...groups.values()];
}
