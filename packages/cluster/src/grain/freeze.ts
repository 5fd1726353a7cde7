/**
 * Freezes a message and everything in it, so that who changes a message that somebody else holds fails at once.
 * Bytes stay as they are: JavaScript cannot freeze them.
 */
export function deepFreeze<T extends object>(message: T): T {
  if (ArrayBuffer.isView(message) || Object.isFrozen(message)) return message;
  Object.freeze(message);
  for (const value of Object.values(message)) {
    if (typeof value === "object" && value !== null) deepFreeze(value);
  }
  return message;
}
