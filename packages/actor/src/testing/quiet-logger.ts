import type { Logger } from "../ports/logger.ts";

/**
 * Drops everything.
 *
 * @example
 * import { ActorSystem } from "@ts-grain/actor";
 * import { quietLogger } from "@ts-grain/actor/testing";
 *
 * const system = new ActorSystem({ logger: quietLogger });
 */
export const quietLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };
