import type { Member } from "../member.ts";

/** A server that keeps the list of members: the part of a provider that differs from server to server. */
export interface MemberDirectory {
  /**
   * Yields the complete list of live members: first at once, then each time that it may have changed. It throws when
   * contact is lost and is then called again; it ends when the signal aborts, by returning or by throwing.
   */
  lists(signal: AbortSignal): AsyncIterable<readonly Member[]>;
}

/** One member's entry in a directory. */
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
