import type { Member } from "../member.ts";

/**
 * A server that keeps the list of members: the part of a provider that differs from server to server.
 *
 * @example
 * import type { Member } from "@ts-grain/cluster";
 * import { type MemberDirectory, pause, type WaitContext } from "@ts-grain/cluster/provider";
 *
 * // A directory that is asked again every second.
 * function polled(
 *   read: (signal: AbortSignal) => Promise<readonly Member[]>,
 *   clock: WaitContext["clock"],
 * ): MemberDirectory {
 *   return {
 *     async *lists(signal) {
 *       while (!signal.aborted) {
 *         yield await read(signal);
 *         await pause(1_000, { clock, signal });
 *       }
 *     },
 *   };
 * }
 */
export interface MemberDirectory {
  /**
   * Yields the complete list of live members: first at once, then each time that it may have changed. It throws when
   * contact is lost and is then called again; it ends when the signal aborts, by returning or by throwing.
   */
  lists(signal: AbortSignal): AsyncIterable<readonly Member[]>;
}

/**
 * One member's entry in a directory.
 *
 * @example
 * import type { MemberRegistration } from "@ts-grain/cluster/provider";
 *
 * // An entry at a server that forgets what is not put again.
 * function registrationAt(url: string, body: string): MemberRegistration {
 *   const send = async (method: string, signal: AbortSignal): Promise<void> => {
 *     const response = await fetch(url, { method, signal, ...(method === "PUT" && { body }) });
 *     if (!response.ok) throw new Error(`${method} ${url}: ${response.status}`);
 *   };
 *   return {
 *     refresh: (signal) => send("PUT", signal),
 *     remove: (signal) => send("DELETE", signal),
 *   };
 * }
 */
export interface MemberRegistration {
  /**
   * Sees to it that the directory lists the member, whatever it has forgotten meanwhile, and goes on listing it for
   * longer than a refresh takes to come again. Throws when the directory has not confirmed it
   * within a bounded time.
   */
  refresh(signal: AbortSignal): Promise<void>;
  /** Takes the member off the list. It is no error when it was not on it. */
  remove(signal: AbortSignal): Promise<void>;
}
