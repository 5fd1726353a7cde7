import { Buffer } from "node:buffer";

/**
 * Where Node itself makes a `Buffer`, for the answer to a ping or a digest, it gives an array another prototype. The first time this happens
 * in a process, V8 throws away all that it has compiled and that asks an array for its length: nearly all that reads and writes frames.
 * Done before there is anything to throw away, it costs nothing.
 */
export function makeEarlyBuffer(): void {
  Object.setPrototypeOf(new Uint8Array(), Buffer.prototype);
}
