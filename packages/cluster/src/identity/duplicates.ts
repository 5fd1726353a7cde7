import type { ActorContext, Timer } from "@ts-grain/actor";
import type { Holdings } from "../gen/tsgrain/cluster/v1/holdings_pb.ts";
import { memberAddress } from "../membership/member.ts";
import type { Topology } from "../membership/topology.ts";
import type { Activation } from "./activation.ts";
import { identityKey } from "./cluster-identity.ts";
import { DuplicateWatch, type Holding } from "./duplicate-watch.ts";
import { readHoldings } from "./holdings.ts";
import type { PlacedActivations } from "./placed-activations.ts";
import type { Rendezvous } from "./rendezvous.ts";

/** Milliseconds for which it is remembered what members have told, after the first of them. */
const rememberMs = 30_000;

/** What changes with the topology. */
export interface Change {
  readonly topology: Topology;
  readonly rendezvous: Rendezvous;
  /** What is here and belongs to others now. */
  readonly leftovers: Iterable<Activation>;
}

/**
 * A member's part in finding out what was active twice: it tells the owners what of theirs it has, when it learns that it is theirs; and
 * reports what it is told to have been elsewhere while it was here.
 *
 * Who was let go by the others ends all that it has, and may own it again when it comes back. So it remembers until then what it had.
 */
export class Duplicates {
  readonly #self: string;
  readonly #watch = new DuplicateWatch();
  /** What was here when this member was let go. */
  readonly #former = new Map<string, Holding>();
  #forgetting: Timer | undefined;

  /** @param self this member's address */
  constructor(self: string) {
    this.#self = self;
  }

  /** An activation has ended. */
  ended(activation: Activation, nowMs: number): void {
    if (this.#former.size === 0) return;
    const key = identityKey(activation);
    const holding = this.#former.get(key);
    if (holding?.endedAtMs === Number.POSITIVE_INFINITY)
      this.#former.set(key, { ...holding, endedAtMs: nowMs });
  }

  /** @returns what the owners of this have to be told, by their addresses */
  moveTo(context: ActorContext, { topology, rendezvous, leftovers }: Change): Map<string, Holding[]> {
    const toTell = new Map<string, Holding[]>();
    const isLetGo = topology.members.length === 0;
    const peers = new Set(
      topology.members.filter(({ dialect }) => dialect === "ts-grain").map(memberAddress),
    );
    for (const activation of leftovers) {
      const holding = this.#holding(activation);
      if (isLetGo) this.#former.set(identityKey(activation), holding);
      else tell(holding);
    }
    if (peers.has(this.#self)) {
      for (const holding of this.#former.values()) tell(holding, (own) => this.#add(context, own));
      this.#former.clear();
    }
    return toTell;

    function tell(holding: Holding, ifOwn?: (holding: Holding) => void): void {
      const owner = rendezvous.ownerOf(holding);
      if (owner === context.system.address) ifOwn?.(holding);
      else if (owner !== undefined && peers.has(owner)) addTo(toTell, owner, holding);
    }
  }

  /** A member has told what it has, or had, of this one's. */
  told(context: ActorContext, message: Holdings, placed: PlacedActivations): void {
    const { system, sender } = context;
    if (!sender) return;
    for (const holding of readHoldings(message, sender.address, system.clock.nowMs())) {
      const here = placed.get(holding);
      this.#add(context, holding, here && this.#holding(here));
    }
  }

  /** Ends with its actor. */
  stop(): void {
    this.#forgetting?.cancel();
  }

  #add({ system }: ActorContext, holding: Holding, here?: Holding): void {
    this.#forgetting ??= system.clock.schedule(rememberMs, () => {
      this.#forgetting = undefined;
      this.#watch.forget();
    });
    for (const found of this.#watch.add(holding, system.clock.nowMs(), here ? [here] : [])) {
      const { kind, identity, members } = found;
      system.logger.warn({ kind, identity, members }, "a grain was active on two members at a time");
      system.eventStream.publish(found);
    }
  }

  #holding({ kind, identity, begunAtMs }: Activation): Holding {
    return { kind, identity, member: this.#self, begunAtMs, endedAtMs: Number.POSITIVE_INFINITY };
  }
}

function addTo(toTell: Map<string, Holding[]>, owner: string, holding: Holding): void {
  const told = toTell.get(owner);
  if (told) told.push(holding);
  else toTell.set(owner, [holding]);
}
