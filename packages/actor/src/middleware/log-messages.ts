import type { ReceiveMiddleware } from "../actor-cell/middleware.ts";

/**
 * Receive middleware that writes the type of each message to the system's log, at debug level.
 *
 * @example
 * import { logMessages, propsFromFunction } from "@ts-grain/actor";
 *
 * const props = propsFromFunction(() => {}, { receiveMiddleware: [logMessages()] });
 */
export function logMessages(): ReceiveMiddleware {
  return (next) => (context) => {
    const { message, self, sender, system } = context;
    system.logger.debug({ actor: self, sender, type: message.constructor.name }, "message");
    return next(context);
  };
}
