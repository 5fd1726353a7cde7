import type { MessageHeaders } from "@ts-grain/actor";
import { RemoteError } from "../remote-error.ts";

/** What a peer takes of one message, beside the bytes of its frame: more would end the connection, and take others along. */
export interface MessageLimits {
  /** Bytes of a type name, an address or a process id. */
  readonly maxNameBytes: number;
  /** Header entries of one message. */
  readonly maxHeaders: number;
  /** Bytes of all headers of one message. */
  readonly maxHeaderBytes: number;
}

/** For who writes what no peer reads. */
export const noMessageLimits: MessageLimits = {
  maxNameBytes: Number.POSITIVE_INFINITY,
  maxHeaders: Number.POSITIVE_INFINITY,
  maxHeaderBytes: Number.POSITIVE_INFINITY,
};

const encoder = new TextEncoder();

/** @throws RemoteError "message_too_large". */
export function checkName(name: string, { maxNameBytes }: MessageLimits): void {
  // A character takes three bytes at most.
  if (name.length * 3 <= maxNameBytes) return;
  const { length } = encoder.encode(name);
  if (length > maxNameBytes)
    throw tooLarge(`it names a type, address or process in ${length} bytes, where ${maxNameBytes} are taken`);
}

/**
 * @param byteLength what the headers take on the wire
 * @throws RemoteError "message_too_large".
 */
export function checkHeaders(headers: MessageHeaders, byteLength: number, limits: MessageLimits): void {
  const { maxHeaders, maxHeaderBytes } = limits;
  const count = Object.keys(headers).length;
  if (count > maxHeaders) throw tooLarge(`it has ${count} headers, where ${maxHeaders} are taken`);
  if (byteLength > maxHeaderBytes)
    throw tooLarge(`its headers take ${byteLength} bytes, where ${maxHeaderBytes} are taken`);
}

function tooLarge(why: string): RemoteError {
  return new RemoteError("message_too_large", why);
}
