import {
  ActorSystem,
  type PID,
  propsFromFunction,
  Started,
  Stopped,
  Stopping,
  seededRandom,
} from "@ts-grain/actor";
import { quietLogger, VirtualClock } from "@ts-grain/actor/testing";
import { configureRemote, InMemoryNetwork, Remote } from "@ts-grain/remote";
import { file_cluster_cluster, RebalanceCompletedSchema } from "../gen/cluster/cluster_pb.ts";
import { HoldingsSchema } from "../gen/tsgrain/cluster/v1/holdings_pb.ts";
import { type HostedKind, PlainActivation } from "../identity/activation.ts";
import { identityKey } from "../identity/cluster-identity.ts";
import type { IdentityLookup, LookupSession } from "../identity/identity-lookup.ts";
import type { Location } from "../identity/location.ts";
import { placementActorId } from "../identity/placement-messages.ts";
import { receiveFromPeers } from "../membership/from-peer.ts";
import { type Member, splitAddress } from "../membership/member.ts";
import { MemberList } from "../membership/member-list.ts";

/** One process of the rig. */
export interface RigProcess {
  readonly system: ActorSystem;
  readonly members: MemberList;
  readonly lookup: LookupSession;
  readonly remote: Remote;
  /** What was found here and takes no more calls, by kind and identity. */
  readonly left: ReadonlyMap<string, Location>;
  /** How it is listed; undefined for a client. */
  readonly self: Member | undefined;
}

/** The kind that members of the rig host. */
export const rigKind = "Rig";

/** Members and clients in memory, with a lookup and nothing above it, on a clock of their own. */
export class LookupRig {
  readonly clock: VirtualClock = new VirtualClock();
  /** By kind and identity: how many activations live, and how many there ever were. */
  readonly living: Map<string, number> = new Map();
  readonly started: Map<string, number> = new Map();
  readonly #createLookup: () => IdentityLookup;
  readonly #endsAfterMs: number;
  readonly #network: InMemoryNetwork;
  readonly #processes: RigProcess[] = [];
  #seed = 1;

  /** @param options.endsAfterMs how long an activation takes to end. Default 0. */
  constructor(createLookup: () => IdentityLookup, options: { readonly endsAfterMs?: number } = {}) {
    this.#createLookup = createLookup;
    this.#endsAfterMs = options.endsAfterMs ?? 0;
    this.#network = new InMemoryNetwork({
      clock: this.clock,
      random: seededRandom(1),
      delayMs: { min: 0, max: 3 },
    });
  }

  /** Starts a process that hosts these kinds, and tells everybody of it. */
  async addMember(kinds: readonly string[] = [rigKind]): Promise<RigProcess> {
    return this.#add(kinds);
  }

  /** Starts a process that hosts nothing and is listed nowhere. */
  async addClient(): Promise<RigProcess> {
    return this.#add(undefined);
  }

  /** Takes a member off everybody's list. */
  remove({ self }: RigProcess): void {
    const listed = this.#processes
      .flatMap((process) => process.self ?? [])
      .filter((member) => member !== self);
    for (const { members } of this.#processes) members.update(listed);
  }

  /** Moves time on until the promise settles. */
  async settle<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const done = promise.finally(() => {
      settled = true;
    });
    done.catch(() => undefined);
    while (!settled) await this.clock.advance(1);
    return done;
  }

  /** Finds an identity from a process. */
  find({ lookup }: RigProcess, identity: string): Promise<PID> {
    return this.settle(lookup.find({ kind: rigKind, identity }, { timeoutMs: 1_000 }));
  }

  async #add(kinds: readonly string[] | undefined): Promise<RigProcess> {
    const system = new ActorSystem({
      clock: this.clock,
      random: seededRandom(this.#seed++),
      logger: quietLogger,
    });
    const remote = await Remote.start(
      system,
      configureRemote("localhost", 0, { transport: this.#network.transport() }),
    );
    remote.types.register(file_cluster_cluster);
    receiveFromPeers(remote.types, [HoldingsSchema, RebalanceCompletedSchema]);
    for (const id of [placementActorId, `${placementActorId}/*`]) remote.expose(id);
    const members = new MemberList(system, remote);
    const left = new Map<string, Location>();
    const hosted = new Map((kinds ?? []).map((name) => [name, this.#hostedKind(name)]));
    const lookup = this.#createLookup().start({
      system,
      members,
      kinds: hosted,
      left: (identity, location) => left.set(identityKey(identity), location),
    });
    const self = kinds && {
      id: system.id,
      ...splitAddress(system.address),
      kinds,
      dialect: "ts-grain" as const,
    };
    const process = { system, members, lookup, remote, left, self };
    this.#processes.push(process);
    const listed = this.#processes.flatMap((other) => other.self ?? []);
    for (const other of this.#processes) other.members.update(listed);
    return process;
  }

  #hostedKind(name: string): HostedKind {
    return {
      name,
      newActivation: (identity, spawn) => new PlainActivation(name, identity, spawn),
      propsFor: (activation) =>
        propsFromFunction(async ({ message }) => {
          if (message instanceof Started) this.#count(identityKey(activation), 1);
          if (message instanceof Stopping) await this.#pause(this.#endsAfterMs);
          if (message instanceof Stopped) this.#count(identityKey(activation), -1);
        }),
    };
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.clock.schedule(ms, resolve));
  }

  #count(key: string, change: 1 | -1): void {
    this.living.set(key, (this.living.get(key) ?? 0) + change);
    if (change === 1) this.started.set(key, (this.started.get(key) ?? 0) + 1);
  }
}
