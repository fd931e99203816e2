/** Strings stand first, so that nothing within them counts as a comment or a comma. */
const COMMENTS = /("(?:[^"\\]|\\[^])*")|\/\/[^\n\r\u2028\u2029]*|\/\*[^]*?\*\//g;
const LAST_COMMAS = /("(?:[^"\\]|\\[^])*")|(?<![[{]\s*),(?=\s*[}\]])/g;

/**
 * What JSON5 would read in a text that is JSON but for comments and trailing commas, as nearly every configuration is;
 * undefined for any other, which JSON5 itself has to read or to refuse. A single quote, as whatever else only JSON5 knows,
 * is left standing and makes it such a text.
 */
export function parsePlain(text: string): unknown {
  const bare = text.replace(COMMENTS, (_, string?: string) => string ?? " ").replace(LAST_COMMAS, (_, string?: string) => string ?? "");
  try {
    return JSON.parse(bare) as unknown;
  } catch {
    return undefined; // not plain
  }
}
