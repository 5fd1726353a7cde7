/**
 * The kind that a service makes when its contract names none: Go's camel case, as in the runtime and in Proto.Actor Go,
 * where `smart_bulb` becomes `SmartBulb`.
 */
export function kindName(service: string): string {
  return service
    .replace(/^_(?![a-z])/, "X")
    .replace(/^_/, "X_")
    .replace(/_([a-z])|(?<=^|\d)([a-z])/g, (match) => match.replace("_", "").toUpperCase());
}
