import type { PID } from "../pid/pid.ts";
import type { MessageHeaders } from "./message.ts";

/** Takes the sender's place beside a queued message that has headers. Most have none and need no such object. */
export class SenderWithHeaders {
  readonly sender: PID | undefined;
  readonly headers: MessageHeaders;

  constructor(sender: PID | undefined, headers: MessageHeaders) {
    this.sender = sender;
    this.headers = headers;
  }
}

/** What is queued beside a message. */
export type Origin = PID | SenderWithHeaders | undefined;

/** The sender that an origin names. */
export function senderOf(origin: Origin): PID | undefined {
  return origin instanceof SenderWithHeaders ? origin.sender : origin;
}

/** The headers that an origin carries. */
export function headersOf(origin: Origin): MessageHeaders | undefined {
  return origin instanceof SenderWithHeaders ? origin.headers : undefined;
}
