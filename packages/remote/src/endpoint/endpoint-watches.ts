import { type PID, Stop, type SystemMessage, Terminated, Unwatch, Watch } from "@ts-grain/actor";
import { NumberedTerminated, NumberedWatch } from "../wire/numbered.ts";
import type { LinkPeer } from "./endpoint-link.ts";
import type { EndpointServices } from "./endpoint-services.ts";
import { OwnWatches } from "./own-watches.ts";

/** What {@link EndpointWatches} works with. */
type WatchServices = Pick<EndpointServices, "clock" | "later" | "peerWatches" | "processes" | "random">;

/** Keeps book of the watches and their ends that go between this process and one address. */
export class EndpointWatches {
  readonly #services: WatchServices;
  readonly #own: OwnWatches;
  #owesAnswer = false;
  #hasAnswerWaiting = false;
  /** Numbers of watches that the peer was not told of, as too much waited for it. */
  readonly #unsaid = new Set<number>();

  /** `repeat` tells the peer of a watch once more; false if that is no use now. */
  constructor(services: WatchServices, repeat: (watchee: PID, watch: Watch) => boolean) {
    this.#services = services;
    this.#own = new OwnWatches({
      ...services,
      firstNumber: Math.floor(services.random.next() * 2 ** 32),
      repeat: ({ watchee, watcher, number }) => {
        const isUnsaid = this.#unsaid.has(number);
        // Those that the peer has never heard of come first.
        if (!isUnsaid && this.#unsaid.size > 0) return true;
        const isTold = repeat(watchee, new NumberedWatch(watcher, number));
        if (isTold) this.#unsaid.delete(number);
        else if (isUnsaid) this.#own.repeatSoon();
        return isTold;
      },
    });
  }

  /** Local actors that watch processes of the peer, counted once for each process. */
  get size(): number {
    return this.#own.size;
  }

  /** Whether the peer may wait for an answer to a watch that has not come to it, and does not ask again. */
  get owesAnswer(): boolean {
    return this.#owesAnswer;
  }

  /** Whether an answer to a watch has not left yet. */
  get hasAnswerWaiting(): boolean {
    return this.#hasAnswerWaiting;
  }

  /** Takes down a system message to the peer. Returns what goes to it; undefined if it is none of its business. */
  note(target: PID, message: SystemMessage): SystemMessage | undefined {
    if (message instanceof Watch) {
      const { watcher } = message;
      return new NumberedWatch(watcher, this.#own.add({ watchee: target, watcher }));
    }
    if (message instanceof Terminated) return this.#answer(target, message);
    if (message instanceof Unwatch) return this.#takeBack(target, message);
    // Others never leave the process that they are about.
    return message instanceof Stop ? message : undefined;
  }

  /** Too much waits for the peer: it is told of a watch later. */
  putOff({ number }: NumberedWatch): void {
    this.#unsaid.add(number);
    this.#own.repeatSoon();
  }

  /** Nothing waits for the peer any more. What is lost on its way a peer of ts-grain asks for again, and Go does not. */
  allSent({ isTsGrain }: LinkPeer): void {
    if (isTsGrain) this.#owesAnswer = false;
    this.#hasAnswerWaiting = false;
  }

  /** The peer says that one of its processes ended. */
  ended(watcherId: string, { who, why, number }: NumberedTerminated): void {
    const watch = this.#own.take(who.id, watcherId, number);
    if (watch === undefined) return;
    this.#unsaid.delete(watch.number);
    this.#tell(watch.watcher, new Terminated(watch.watchee, why));
  }

  /** Tells the peer of all once more. */
  repeat(): void {
    this.#own.repeat();
  }

  /** The same in a moment: an answer may have been lost. */
  repeatSoon(): void {
    this.#own.repeatSoon();
  }

  /** Tells all local watchers that the address is no more. */
  end(): void {
    this.#unsaid.clear();
    for (const { watcher, watchee } of this.#own.takeAll())
      this.#tell(watcher, new Terminated(watchee, "address_terminated"));
  }

  /** Undefined if the watch was answered before, or taken back: then nobody waits. */
  #answer(watcher: PID, message: Terminated): NumberedTerminated | undefined {
    const { who, why } = message;
    const watch = this.#services.peerWatches.take({ watcher, watchee: who });
    const answer =
      message instanceof NumberedTerminated
        ? message
        : watch && new NumberedTerminated(who, why, watch.number);
    if (answer !== undefined) this.#owesAnswer = this.#hasAnswerWaiting = true;
    return answer;
  }

  /** Undefined if the peer has not heard of the watch. */
  #takeBack(watchee: PID, message: Unwatch): Unwatch | undefined {
    const watch = this.#own.take(watchee.id, message.watcher.id);
    return watch && this.#unsaid.delete(watch.number) ? undefined : message;
  }

  #tell(watcher: PID, news: Terminated): void {
    this.#services.processes.get(watcher).sendSystem(watcher, news);
  }
}
