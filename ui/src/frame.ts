/** Collects the newest value for each key and hands them over at most once a frame. */
export interface FrameQueue<Value> {
  put(key: string, value: Value): void;
  drop(key: string): void;
}

export function createFrameQueue<Value>(flush: (values: ReadonlyMap<string, Value>) => void): FrameQueue<Value> {
  const values = new Map<string, Value>();
  let frame = 0;
  return {
    put(key, value) {
      values.set(key, value);
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        const taken = new Map(values);
        values.clear();
        if (taken.size > 0) flush(taken);
      });
    },
    drop: (key) => void values.delete(key),
  };
}
