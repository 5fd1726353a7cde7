import { ClusterError } from "../../cluster-error.ts";
import type { ProviderContext, ProviderSession } from "../cluster-provider.ts";
import { backoffMs } from "./backoff.ts";
import type { DirectoryTiming } from "./directory-timing.ts";
import type { MemberDirectory, MemberRegistration } from "./member-directory.ts";
import { MemberView } from "./member-view.ts";
import { Pace } from "./pace.ts";
import { pause, within } from "./pause.ts";

/** How often a directory is asked for lists: a member that joins changes a list several times, and being late splits grains. */
const listPace = { everyMs: 500, burst: 8 };

/**
 * A member that a directory shall list.
 *
 * @see {@link joinDirectory}
 */
export interface RegisteredMember {
  readonly id: string;
  readonly registration: MemberRegistration;
}

/**
 * Everything that `joinDirectory` needs.
 *
 * @see {@link joinDirectory}
 */
export interface DirectoryJoining {
  readonly directory: MemberDirectory;
  /** Undefined for a client. */
  readonly self?: RegisteredMember | undefined;
  readonly context: ProviderContext;
  readonly timing: DirectoryTiming;
}

/**
 * Takes part in a cluster through a directory: registers, refreshes the registration, follows the lists, and keeps
 * trying, at a bounded rate, through every failure of the directory.
 *
 * @throws ClusterError "provider_unavailable" when the directory has not confirmed it in time; nothing is left behind
 * then but what the directory could not be told to forget, which lapses.
 * @example
 * import type { ProviderContext, ProviderSession } from "@ts-grain/cluster";
 * import {
 *   type DirectoryJoining,
 *   type DirectoryOptions,
 *   joinDirectory,
 *   type MemberDirectory,
 *   type RegisteredMember,
 *   resolveDirectoryTiming,
 * } from "@ts-grain/cluster/provider";
 *
 * // What remains of a provider once its server's part, the directory, is written.
 * async function join(
 *   directory: MemberDirectory,
 *   self: RegisteredMember | undefined,
 *   { context, options }: { context: ProviderContext; options: DirectoryOptions },
 * ): Promise<ProviderSession> {
 *   const joining: DirectoryJoining = {
 *     directory,
 *     self,
 *     context,
 *     timing: resolveDirectoryTiming(options),
 *   };
 *   return await joinDirectory(joining);
 * }
 */
export async function joinDirectory(joining: DirectoryJoining): Promise<ProviderSession> {
  const session = new DirectorySession(joining);
  await session.join();
  return session;
}

class DirectorySession implements ProviderSession {
  readonly #joining: DirectoryJoining;
  readonly #view: MemberView;
  /** Aborted when no further request shall be started. */
  readonly #stopping = new AbortController();
  /** Aborted when requests under way shall be given up. */
  readonly #killed = new AbortController();
  #following: Promise<void> = Promise.resolve();
  #registering: Promise<void> = Promise.resolve();
  #lastError: unknown;
  #ending: Promise<void> | undefined;

  constructor(joining: DirectoryJoining) {
    this.#joining = joining;
    const { clock, onMembers } = joining.context;
    const { settleMs } = joining.timing;
    this.#view = new MemberView({ clock, onMembers, settleMs, selfId: joining.self?.id });
  }

  async join(): Promise<void> {
    const { timing, context } = this.#joining;
    const { self } = this.#joining;
    if (self) this.#registering = this.#keepRegistered(self.registration);
    this.#following = this.#follow();
    const settled = new AbortController();
    const signal = context.signal ? AbortSignal.any([settled.signal, context.signal]) : settled.signal;
    const late = pause(timing.joinTimeoutMs, { clock: context.clock, signal });
    const joined = await Promise.race([this.#view.joined.then(() => true), late.then(() => false)]);
    settled.abort();
    if (joined || context.signal?.aborted) return;
    await this.leave();
    const message = `the provider has not let ${self?.id ?? "a client"} join ${context.clusterName} within ${timing.joinTimeoutMs} ms: ${rootMessage(this.#lastError)}`;
    throw new ClusterError("provider_unavailable", message, { cause: this.#lastError });
  }

  async leave(): Promise<void> {
    this.#ending ??= this.#leave();
    await this.#ending;
  }

  async abandon(): Promise<void> {
    this.#view.close();
    this.#stopping.abort();
    this.#killed.abort();
    this.#ending ??= this.#stopped();
    await this.#ending;
  }

  async #leave(): Promise<void> {
    this.#view.close();
    this.#stopping.abort();
    await this.#remove();
    this.#killed.abort();
    await this.#stopped();
  }

  async #stopped(): Promise<void> {
    await Promise.all([this.#registering, this.#following]);
  }

  async #follow(): Promise<void> {
    const { directory, context } = this.#joining;
    const signal = this.#stopping.signal;
    const wait = { clock: context.clock, signal };
    const pace = new Pace(listPace);
    let failures = 0;
    while (!signal.aborted) {
      let lists = 0;
      try {
        for await (const members of directory.lists(signal)) {
          // A directory may give a list and yet fail to tell what changes.
          if (++lists > 1) failures = 0;
          this.#view.listed(members);
          await pace.next(wait);
          if (signal.aborted) return;
        }
        throw new Error("the provider has ended its lists");
      } catch (error) {
        if (signal.aborted) return;
        this.#view.interrupted();
        failures = await this.#backOff("watching the members failed", { error, failures });
        await pace.next(wait);
      }
    }
  }

  async #keepRegistered(registration: MemberRegistration): Promise<void> {
    const { context, timing } = this.#joining;
    const signal = this.#stopping.signal;
    let failures = 0;
    while (!signal.aborted) {
      try {
        await registration.refresh(this.#killed.signal);
        failures = 0;
        await pause(timing.refreshMs, { clock: context.clock, signal });
      } catch (error) {
        if (signal.aborted) return;
        failures = await this.#backOff("refreshing the registration failed", { error, failures });
      }
    }
  }

  async #remove(): Promise<void> {
    const { self, context, timing } = this.#joining;
    if (!self) return;
    const signal = this.#killed.signal;
    const wait = { clock: context.clock, signal };
    try {
      await within(timing.leaveTimeoutMs, wait, async (giveUp) => {
        giveUp.addEventListener("abort", () => this.#killed.abort(giveUp.reason));
        // A refresh under way comes to its end first: given up, it might still be carried out, after the removal.
        await this.#registering;
        await this.#removeUntil(self.registration, giveUp);
      });
    } catch (error) {
      const fields = { member: self.id, error };
      context.logger.warn(fields, "deregistering failed; the registration is left to lapse");
    }
  }

  async #removeUntil(registration: MemberRegistration, giveUp: AbortSignal): Promise<void> {
    const { clock, random } = this.#joining.context;
    for (let failures = 1; ; failures++) {
      giveUp.throwIfAborted();
      try {
        await registration.remove(giveUp);
        return;
      } catch (error) {
        if (giveUp.aborted) throw error;
        await pause(backoffMs(failures, random.next()), { clock, signal: giveUp });
        if (giveUp.aborted) throw error;
      }
    }
  }

  /** Logs the first failure of a row and waits; returns how many there were. */
  async #backOff(message: string, { error, failures }: FailedAttempt): Promise<number> {
    const { clock, random, logger } = this.#joining.context;
    this.#lastError = error;
    const level = failures === 0 ? "warn" : "debug";
    logger[level]({ error }, `${message}; it is tried again`);
    await pause(backoffMs(failures + 1, random.next()), { clock, signal: this.#stopping.signal });
    return failures + 1;
  }
}

interface FailedAttempt {
  readonly error: unknown;
  readonly failures: number;
}

/** What was underneath says more than what was around it. */
function rootMessage(error: unknown): string {
  if (!(error instanceof Error)) return typeof error === "string" ? error : "no answer";
  return error.cause === undefined ? error.message : rootMessage(error.cause);
}
