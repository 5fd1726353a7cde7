import { createHmac, timingSafeEqual } from "node:crypto";

/** What both sides of a handshake have said, and so what a proof of membership is about. */
export interface Transcript {
  readonly diallerNonce: Uint8Array;
  readonly listenerNonce: Uint8Array;
  readonly diallerId: string;
  readonly diallerAddress: string;
  readonly listenerId: string;
  readonly clusterName: string;
}

/** Who proves. Each side's proof differs, so that neither can be played back to who made it. */
export type Prover = "dialler" | "listener";

/**
 * Shows knowledge of the cluster's token without telling it: HMAC-SHA256 over the transcript, every part led by its
 * length. Fresh nonces from both sides make a recorded proof worthless.
 */
export function membershipProof(token: string, prover: Prover, transcript: Transcript): Uint8Array {
  const hmac = createHmac("sha256", token);
  const { diallerNonce, listenerNonce, diallerId, diallerAddress, listenerId, clusterName } = transcript;
  const parts = [
    `ts-grain ${prover} 1`,
    diallerNonce,
    listenerNonce,
    diallerId,
    diallerAddress,
    listenerId,
    clusterName,
  ];
  for (const part of parts) {
    const bytes = typeof part === "string" ? Buffer.from(part) : part;
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hmac.update(length).update(bytes);
  }
  return hmac.digest();
}

/** Compares in a time that says nothing about where two proofs differ. */
export function isSameProof(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
