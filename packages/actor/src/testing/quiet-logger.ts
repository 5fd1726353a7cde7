import type { Logger } from "../ports/logger.ts";

/** Drops everything. */
export const quietLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };
