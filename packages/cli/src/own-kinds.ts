/** What members host without being told to: nobody's kinds but ours. */
export function isOwnKind(kind: string): boolean {
  return kind.startsWith("tsgrain-") || kind === "prototopic";
}
