/** At most so many characters, the last of them a sign that there is more; no character is cut in two. */
export function cutShort(text: string, most: number): string {
  const characters = Array.from(text);
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join("")}…`;
}
