const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";

/** Bytes from the platform's secure generator. */
export function unguessableBytes(count: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(count));
}

/** 132 bits from the platform's secure generator, as 22 characters. */
export function unguessableId(): string {
  return Array.from(unguessableBytes(22), (byte) => alphabet[byte & 63]).join("");
}
