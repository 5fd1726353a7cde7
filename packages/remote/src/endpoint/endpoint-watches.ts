import { type PID, Stop, type SystemMessage, Terminated, Unwatch, Watch } from "@ts-grain/actor";
import { NumberedTerminated, NumberedWatch } from "../wire/numbered.ts";
import type { EndpointServices } from "./endpoint-services.ts";
import type { OwedAnswer } from "./owed-answers.ts";
import { OwnWatches } from "./own-watches.ts";

/** What {@link EndpointWatches} works with. */
type WatchServices = Pick<EndpointServices, "clock" | "later" | "peerWatches" | "processes" | "random">;

/** Keeps book of the watches and their ends that go between this process and one address. */
export class EndpointWatches {
  readonly #services: WatchServices;
  readonly #own: OwnWatches;
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

  /** Takes down a system message to the peer, but for ends. Returns what goes to it; undefined if it is none of its business. */
  note(target: PID, message: SystemMessage): SystemMessage | undefined {
    if (message instanceof Watch) {
      const { watcher } = message;
      return new NumberedWatch(watcher, this.#own.add({ watchee: target, watcher }));
    }
    if (message instanceof Unwatch) return this.#takeBack(target, message);
    // Others never leave the process that they are about.
    return message instanceof Stop ? message : undefined;
  }

  /** Too much waits for the peer: it is told of a watch later. */
  putOff({ number }: NumberedWatch): void {
    this.#unsaid.add(number);
    this.#own.repeatSoon();
  }

  /** The end of a local actor, for a watcher in another process. None if its watch was answered before, or taken back: then nobody waits. */
  answersFor(watcher: PID, { who, why }: Terminated): readonly OwedAnswer[] {
    return this.#services.peerWatches.takeAll({ watcher, watchee: who }).map(({ watch, systemId }) => {
      return { watcher, answer: new NumberedTerminated(who, why, watch.number), systemId };
    });
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

  /** Undefined if the peer has not heard of the watch. */
  #takeBack(watchee: PID, message: Unwatch): Unwatch | undefined {
    const watch = this.#own.take(watchee.id, message.watcher.id);
    return watch && this.#unsaid.delete(watch.number) ? undefined : message;
  }

  #tell(watcher: PID, news: Terminated): void {
    this.#services.processes.get(watcher).sendSystem(watcher, news);
  }
}
