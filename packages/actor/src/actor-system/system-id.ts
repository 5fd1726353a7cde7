const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/**
 * 22 characters that are safe in a URL and hold 128 bits that nobody can guess. The first and the last are letters or digits, since
 * Kubernetes, where ids are labels, takes no others.
 */
export function newSystemId(): string {
  for (;;) {
    const bytes = crypto.getRandomValues(new Uint8Array(22));
    const id = Array.from(bytes, (byte) => alphabet.charAt(byte & 63)).join("");
    if (!/^[-_]|[-_]$/.test(id)) return id;
  }
}
