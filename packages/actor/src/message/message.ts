/** Anything that may be sent: any value but `undefined` and `null`. Immutable by contract once sent. */
export type Message = NonNullable<unknown>;

/** Names and values that travel beside a message. */
export type MessageHeaders = Readonly<Record<string, string>>;

/** The headers of a message that was sent without any. */
export const noHeaders: MessageHeaders = Object.freeze({});
