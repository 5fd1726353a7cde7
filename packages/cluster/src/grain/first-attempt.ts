import { isMessage, type Message } from "@bufbuild/protobuf";
import type { ReplyHandler } from "@ts-grain/actor";
import type { Location } from "../identity/location.ts";
import type { Sending, Sent } from "./sending.ts";

/** Makes an answer of what a call got that is none yet. */
export type GoOn = (sending: Sending, order: number, sent: Sent) => Promise<Message>;

/** What a first attempt is made with. */
export interface FirstAttemptParts {
  readonly sending: Sending;
  readonly order: number;
  readonly location: Location;
  readonly goOn: GoOn;
}

/** Most calls are answered when they are sent for the first time: for these the caller's promise is the only one. */
export class FirstAttempt implements ReplyHandler {
  readonly answer: Promise<Message>;
  readonly #parts: FirstAttemptParts;
  #settle!: (answer: Message | Promise<Message>) => void;

  constructor(parts: FirstAttemptParts) {
    this.#parts = parts;
    this.answer = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  onReply(reply: unknown): void {
    const { sending, location } = this.#parts;
    if (isMessage(reply, sending.call.method.output)) {
      location.end();
      if (sending.outcomes) sending.outcomes.ok++;
      this.#settle(reply);
    } else {
      this.#goOn(() => Promise.resolve(reply));
    }
  }

  onFailure(error: unknown): void {
    this.#goOn(() => Promise.reject(error as Error));
  }

  #goOn(reply: Sent["reply"]): void {
    const { sending, order, location, goOn } = this.#parts;
    this.#settle(goOn(sending, order, { location, reply }));
  }
}
