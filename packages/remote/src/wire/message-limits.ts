import type { MessageHeaders } from "@ts-grain/actor";
import { RemoteError } from "../remote-error.ts";
import { varintLength } from "./byte-writer.ts";

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

/** Whether a name takes more bytes than peers take. */
export function isTooLong(name: string, { maxNameBytes }: MessageLimits): boolean {
  // A character takes three bytes at most.
  return name.length * 3 > maxNameBytes && encoder.encode(name).length > maxNameBytes;
}

/** @throws RemoteError "message_too_large". */
export function checkName(name: string, limits: MessageLimits): void {
  if (isTooLong(name, limits))
    throw tooLarge(`it names a type, address or process in more than ${limits.maxNameBytes} bytes`);
}

/** @throws RemoteError "message_too_large". */
export function checkHeaders(headers: MessageHeaders, { maxHeaders, maxHeaderBytes }: MessageLimits): void {
  const entries = Object.entries(headers);
  if (entries.length > maxHeaders)
    throw tooLarge(`it has ${entries.length} headers, where ${maxHeaders} are taken`);
  const characters = entries.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  // A character takes three bytes at most, and an entry some more.
  if (characters * 3 + entries.length * maxEntryBytes <= maxHeaderBytes) return;
  const bytes = entries.reduce((sum, entry) => sum + entryBytes(entry), 0);
  if (bytes > maxHeaderBytes)
    throw tooLarge(`its headers take ${bytes} bytes, where ${maxHeaderBytes} are taken`);
}

/** Bytes around a header's name and value: three tags of one byte and three lengths. */
const maxEntryBytes = 3 + 3 * 5;

/** What a header takes on the wire. */
function entryBytes(entry: readonly [string, string]): number {
  const inner = entry.reduce((sum, text) => sum + fieldBytes(encoder.encode(text).length), 0);
  return fieldBytes(inner);
}

function fieldBytes(length: number): number {
  return 1 + varintLength(length) + length;
}

function tooLarge(why: string): RemoteError {
  return new RemoteError("message_too_large", why);
}
