import type { Message, PID } from "@ts-grain/actor";
import type { RecordingLogger, VirtualClock } from "@ts-grain/actor/testing";
import type { Cluster, ClusterIdentity, DeactivationReason, GrainCaller } from "@ts-grain/cluster";
import type { InMemoryCluster } from "@ts-grain/cluster/testing";
import type { ActivationJournal, ActivationRecord, Life } from "./activation-journal.ts";
import { findLogged, RevealingCaller } from "./revealing-caller.ts";
import { TestkitError } from "./testkit-error.ts";

/** What a grain under test is made of. */
interface TestGrainParts<Client extends object> extends ClusterIdentity {
  readonly getClient: (caller: GrainCaller, identity: string) => Client;
  /** Has one member. */
  readonly cluster: InMemoryCluster;
  readonly journal: ActivationJournal;
  readonly log: RecordingLogger;
}

/**
 * A grain under test. Made by `activateGrain`; ends, with all that belongs to it, at the end of an `await using` block.
 *
 * @example
 * import { type ActivationRecord, activateGrain, type TestGrain } from "@ts-grain/testkit";
 * import { getSmartBulbGrainClient, newSmartBulbKind, type SmartBulbGrainClient } from "./gen/smartbulb_grain.ts";
 *
 * const bulb = { getState: () => ({ isOn: true }), turnOn: () => ({}), turnOff: () => ({}) };
 *
 * async function livesOf(grain: TestGrain<SmartBulbGrainClient>): Promise<readonly ActivationRecord[]> {
 *   await grain.deactivate("moved");
 *   await grain.client.getState({});
 *   return grain.activations;
 * }
 *
 * await using kitchen = await activateGrain(newSmartBulbKind(() => bulb), getSmartBulbGrainClient);
 * const lives = await livesOf(kitchen);
 * console.log(lives.map(({ ended }) => ended ?? "lives").join(", ")); // prints: moved, lives
 */
export class TestGrain<Client extends object> implements ClusterIdentity, AsyncDisposable {
  readonly kind: string;
  readonly identity: string;
  /**
   * Calls the grain as any program does, and activates it anew if it is not active. An error that hides its cause from others, reason
   * "INTERNAL", has it here, as `cause`.
   */
  readonly client: Client;
  /** What the grain, its fakes and the runtime have logged. */
  readonly log: RecordingLogger;
  readonly #cluster: InMemoryCluster;
  readonly #journal: ActivationJournal;

  /** @internal */
  constructor({ kind, identity, getClient, cluster, journal, log }: TestGrainParts<Client>) {
    this.kind = kind;
    this.identity = identity;
    this.log = log;
    this.#cluster = cluster;
    this.#journal = journal;
    this.client = getClient(new RevealingCaller({ caller: this.member, log, kind }), identity);
  }

  /** The member that hosts the grain and its fakes: for probes, topics, and calls of other grains. */
  get member(): Cluster {
    return this.#cluster.members[0]!;
  }

  /** Stands still until the test lets time pass: `await grain.clock.advance(1_000)`. */
  get clock(): VirtualClock {
    return this.#cluster.clock;
  }

  /** Whether the grain is active, or being activated or ended. */
  get isActive(): boolean {
    return this.#life !== undefined;
  }

  /** The grain's lives so far, the present one included, and how each ended. */
  get activations(): readonly ActivationRecord[] {
    return this.#journal.records.filter(
      ({ kind, identity }) => kind === this.kind && identity === this.identity,
    );
  }

  /**
   * The actor that is the grain now, to send it messages with a sender.
   *
   * @throws TestkitError "not_active".
   */
  get self(): PID {
    const life = this.#life;
    if (life) return life.self;
    throw new TestkitError("not_active", `${this.kind}/${this.identity} is not active`);
  }

  /**
   * Activates the grain if it is not active; a call would, too. Resolves when `onActivate` has. Time passes as far as that needs it.
   *
   * @throws what the kind's factory or `onActivate` throws; ClusterError "invalid_options" or "stopped".
   */
  async activate(): Promise<void> {
    await this.settle(this.#activate());
  }

  /**
   * Ends the activation as the runtime does, and resolves when `onDeactivate` has. Calls that were made before are handled first, unless the
   * reason is "evicted". Does nothing if the grain is not active; the next call activates it anew.
   *
   * @param reason what `onDeactivate` is told; default "idle"
   */
  async deactivate(reason: DeactivationReason = "idle"): Promise<void> {
    await this.#life?.deactivate(reason);
    // By then the member knows, too.
    await this.clock.settle();
  }

  /**
   * Sends the grain a message that is no call: it gets it as `onMessage`.
   *
   * @throws TestkitError "not_active".
   */
  send(message: Message): void {
    this.member.system.root.send(this.self, message);
  }

  /** Waits until the promise settles, and moves time on as far as it takes: for calls that wait for time. */
  settle<T>(promise: Promise<T>): Promise<T> {
    return this.#cluster.settle(promise);
  }

  /** Ends the grain with reason "shutdown", and all that belongs to it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cluster[Symbol.asyncDispose]();
  }

  get #life(): Life | undefined {
    return this.#journal.find(this);
  }

  async #activate(): Promise<void> {
    const { kind, identity } = this;
    await this.member.locate({ kind, identity });
    const life = this.#life;
    await life?.begun;
    if (life?.hasFailed) throw findLogged(this.log, { kind, identity });
  }
}
