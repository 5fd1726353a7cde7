/**
 * An unsigned 32-bit number that depends on each character of the text and differs widely for similar texts.
 *
 * Algorithm: FNV-1a over UTF-16 code units (Fowler, Noll, Vo), then the finaliser of MurmurHash3 (Appleby), both in the
 * public domain. Not for secrets.
 */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
