import type { ActorSystem, AddressResolver, PID, Subscription, Timer } from "@ts-grain/actor";
import { BlockList } from "./block-list.ts";
import { BatchDispatcher } from "./endpoint/batch-dispatcher.ts";
import { EndpointTerminatedEvent } from "./endpoint/endpoint-events.ts";
import type { EndpointServices } from "./endpoint/endpoint-services.ts";
import { EndpointTable } from "./endpoint/endpoint-table.ts";
import { ExposedProcesses, type ExposeOptions } from "./endpoint/exposed-processes.ts";
import { Quiet } from "./endpoint/quiet.ts";
import type { RefusalCounts } from "./endpoint/refusals.ts";
import { SessionTable } from "./endpoint/session-table.ts";
import { within } from "./endpoint/within.ts";
import { file_actor_actor } from "./gen/actor/actor_pb.ts";
import { file_remote_remote } from "./gen/remote/remote_pb.ts";
import type { RemoteConfig } from "./remote-config.ts";
import { RemoteError } from "./remote-error.ts";
import { servicesFor } from "./remote-services.ts";
import { type RemoteShutdownOptions, shutdownTimeoutMs } from "./remote-shutdown.ts";
import { activatorId, activatorProps } from "./spawn/activator.ts";
import { type RemoteSpawnOptions, type SpawnPlace, spawnAt } from "./spawn/spawn-at.ts";
import { GrpcTransport } from "./transport/grpc/grpc-transport.ts";
import type { InboundConnection, Listener, Transport } from "./transport/transport.ts";
import { TypeRegistry } from "./wire/type-registry.ts";

/** Milliseconds that a blocked peer's open connection lasts: what it has sent while it left is still taken. */
const blockedPeerGraceMs = 3_000;

/**
 * What a remote has on its hands.
 *
 * @example
 * import type { Remote, RemoteStats } from "@ts-grain/remote";
 *
 * function printMetrics(remote: Remote): void {
 *   const { endpoints, sessions, watches, watchers, lost, refused }: RemoteStats = remote.stats;
 *   console.log(`endpoints ${endpoints}\nsessions ${sessions}`);
 *   console.log(`watches ${watches}\nwatchers ${watchers}`);
 *   console.log(`lost ${lost}`);
 *   console.log(`refused_frames ${refused.frames}`);
 * }
 */
export interface RemoteStats {
  /** Addresses that are sent to, or that are being connected to. */
  readonly endpoints: number;
  /** Connections that peers have opened. */
  readonly sessions: number;
  /** Processes of peers that are watched, counted once for each watcher. */
  readonly watches: number;
  /** Processes of peers that watch actors of this system, counted once for each actor. */
  readonly watchers: number;
  /**
   * Messages that may have been lost with a connection that broke: they were sent, and nothing proved that they had arrived. It may count
   * some that have, in particular of a peer of Proto.Actor Go, which proves nothing: there it is all that was sent last, up to 24 MiB. All others
   * arrive, are dead letters or wait.
   */
  readonly lost: number;
  readonly refused: RefusalCounts;
}

/** Finds nothing, as long as nothing is sent to other addresses. */
const nowhere: AddressResolver = () => undefined;

/**
 * Connects a system's actors with those of other processes.
 *
 * @example
 * import { create, isMessage } from "@bufbuild/protobuf";
 * import { type StringValue, StringValueSchema } from "@bufbuild/protobuf/wkt";
 * import { ActorSystem, PID, propsFromFunction } from "@ts-grain/actor";
 * import { configureRemote, Remote } from "@ts-grain/remote";
 *
 * const config = configureRemote("localhost", 0, { types: [StringValueSchema] });
 * const [here, there] = [new ActorSystem(), new ActorSystem()];
 * await using near = await Remote.start(here, config);
 * await using far = await Remote.start(there, config);
 *
 * const echo = propsFromFunction((context) => {
 *   if (isMessage(context.message, StringValueSchema)) context.respond(context.message);
 * });
 * far.expose(there.root.spawnNamed(echo, "echo").id);
 *
 * const target = new PID(far.address, "echo");
 * const answer = await here.root.requestAsync<StringValue>(
 *   target,
 *   create(StringValueSchema, { value: "hello" }),
 * );
 * console.log(answer.value); // prints: hello
 */
export class Remote implements AsyncDisposable {
  /** Message types that may travel. */
  readonly types: TypeRegistry;
  /** Systems that may not connect. */
  readonly blockList: BlockList = new BlockList((systemId) => this.#blocked(systemId));
  readonly #system: ActorSystem;
  readonly #config: RemoteConfig;
  readonly #listener: Listener;
  readonly #self: { systemId: string; readonly address: string };
  readonly #services: EndpointServices;
  readonly #endpoints: EndpointTable;
  readonly #exposed: ExposedProcesses;
  readonly #sessions: SessionTable;
  readonly #terminations: Subscription;
  /** One for each blocked peer whose connection is still open. */
  readonly #graces = new Set<Timer>();
  readonly #quiet: Quiet;
  #activator: PID | undefined;
  #stopping: Promise<void> | undefined;

  private constructor(system: ActorSystem, { config, transport, listener, types }: Listening) {
    this.#system = system;
    this.#config = config;
    this.#listener = listener;
    this.types = types;
    this.#exposed = new ExposedProcesses(system.processes, config.answersFrom);
    for (const pattern of config.exposed) this.#exposed.expose(pattern);
    const address = config.advertisedHost ?? `${listener.host}:${listener.port}`;
    this.#self = { systemId: system.id, address };
    const self = this.#self;
    this.#services = servicesFor(system, { self, config, transport, types, exposed: this.#exposed });
    this.#endpoints = new EndpointTable(this.#services, (systemId) => this.#sessions.dismiss(systemId));
    this.#quiet = new Quiet(system.clock, () => this.#sessions.size);
    this.#sessions = new SessionTable({
      services: this.#services,
      dispatcher: new BatchDispatcher(this.#services, this.#exposed, this.#endpoints),
      isBlocked: (systemId) => this.blockList.has(systemId),
      greetingTimeoutMs: config.greetingTimeoutMs,
      onComeOrGo: (peer) => this.#endpoints.get(peer)?.peerCameOrWent(),
      onGone: ({ address, systemId }) => this.#endpoints.get(address)?.owesNothing(systemId),
      onChange: () => this.#quiet.changed(),
    });
    this.#terminations = system.eventStream.subscribe((event) => this.#onEvent(event));
    system.processes.setAddress(address);
    system.processes.useResolver(({ address: other }) => this.#endpoints.processAt(other));
    if (config.spawnable.size > 0) this.#startActivator();
  }

  /**
   * Listens, gives the system its address, and from then on carries its messages to other addresses.
   *
   * @throws RemoteError "listen_failed"; "invalid_options" if the system has a remote that was not shut down; "type_conflict" if two of the given types share a name.
   */
  static async start(system: ActorSystem, config: RemoteConfig): Promise<Remote> {
    const { processes } = system;
    // A second one would take the messages of the first, and leave it none when it ends.
    if (processes.hasResolver)
      throw new RemoteError("invalid_options", "the system has a remote already; shut that one down first");
    processes.useResolver(nowhere);
    try {
      return await Remote.#listen(system, config);
    } catch (error) {
      processes.useResolver(undefined);
      throw error;
    }
  }

  static async #listen(system: ActorSystem, config: RemoteConfig): Promise<Remote> {
    const transport = config.transport ?? grpcFor(system, config);
    const types = new TypeRegistry();
    for (const file of [file_actor_actor, file_remote_remote])
      types.register(file, { knownBy: "every peer" });
    for (const desc of config.types) types.register(desc);
    let remote: Remote | undefined;
    const accept = (connection: InboundConnection) => {
      if (remote === undefined) connection.close();
      else remote.#sessions.accept(connection);
    };
    const listener = await transport.listen(config, accept);
    if (listener.isInsecure)
      system.logger.warn(
        { host: listener.host, port: listener.port },
        "listening without TLS where other machines can connect: whoever does can send to exposed actors",
      );
    remote = new Remote(system, { config, transport, listener, types });
    return remote;
  }

  /** Port that is listened on; the advertised address may name another. */
  get listeningPort(): number {
    return this.#listener.port;
  }

  /** Counts as they are now. */
  get stats(): RemoteStats {
    const { size: endpoints, watchCount: watches } = this.#endpoints;
    const { greetings, frames, messages } = this.#services.refusals;
    const refused = { connections: this.#listener.turnedAway ?? 0, greetings, frames, messages };
    const { size: watchers } = this.#services.peerWatches;
    const { messages: lost } = this.#services.losses;
    return { endpoints, sessions: this.#sessions.size, watches, watchers, lost, refused };
  }

  /** `host:port` that peers know this system by. */
  get address(): string {
    return this.#self.address;
  }

  /**
   * Lets peers address the process of that id, or with `id/*` every process below it. Nothing else can be addressed from
   * outside, but for an actor that has sent something to a peer itself: it can be answered.
   */
  expose(pattern: string, options?: ExposeOptions): void {
    this.#exposed.expose(pattern, options);
  }

  /**
   * Says that the connected peer at an address has a type compiled in, as one that waits for it has: a peer of Proto.Actor Go
   * gets it in binary form instead of as JSON, until it disconnects.
   */
  peerKnows(address: string, typeName: string): void {
    const peer = this.#sessions.peerAt(address);
    if (peer && !peer.isTsGrain) this.#services.peerTypes.learn(peer, typeName);
  }

  /** Whether peers may address a process of this system: it is exposed and lives, or it has sent something to a peer itself. */
  isExposed(pid: PID): boolean {
    return this.#exposed.has(pid);
  }

  /**
   * What is spoken at an address, `host:port`, to which this system has an open connection, so that what it sends leaves at once;
   * undefined while there is none, be it that it is still being opened, has broken or was ended.
   */
  dialectAt(address: string): "ts-grain" | "proto-actor" | undefined {
    const peer = this.#endpoints.get(address)?.connected;
    return peer && (peer.isTsGrain ? "ts-grain" : "proto-actor");
  }

  /**
   * Has a peer spawn an actor of a kind that it allows; see {@link RemoteOptions.spawnable}. The actor lives until it is
   * stopped or the peer ends, whatever becomes of this system.
   *
   * @throws RemoteError "spawn_refused", "name_taken"; ActorError "dead_letter" if the peer spawns nothing for others,
   * and whatever else a request may throw.
   */
  spawn(place: SpawnPlace, options: RemoteSpawnOptions = {}): Promise<PID> {
    return spawnAt(this.#system.root, place, options);
  }

  /**
   * Goes by a new id from now on, because peers have blocked the one before: ends all connections, so that each is opened
   * anew. What waits for peers becomes dead letters, and who watches their actors is told.
   */
  rename(systemId: string): void {
    this.#self.systemId = systemId;
    this.#endpoints.terminateAll("at once");
    this.#sessions.disconnect();
  }

  /**
   * Resolves once no peer has been connected for 50 ms, or after the given milliseconds. A member that has told the others that it leaves waits
   * for this, so that what they sent before they knew is answered: also over a connection that one in Go opens after the one before.
   */
  drained(options: { readonly timeoutMs: number }): Promise<void> {
    return this.#quiet.reached(options);
  }

  /**
   * Ends all connections and stops listening. Idempotent. Messages to other addresses are dead letters from then on. A graceful one resolves when
   * peers have what was sent, so that the process may end: over connections that stand within 0.5 s, to who takes it in 2 s more. No peer can hold it
   * up for longer.
   */
  shutdown({ graceful = true, timeoutMs }: RemoteShutdownOptions = {}): Promise<void> {
    this.#stopping ??= this.#shutdown(graceful ? "gracefully" : "at once", timeoutMs);
    return this.#stopping;
  }

  /** Shuts down gracefully. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  async #shutdown(how: "gracefully" | "at once", timeoutMs = shutdownTimeoutMs[how]): Promise<void> {
    const { processes } = this.#system;
    processes.useResolver(nowhere);
    this.#terminations.unsubscribe();
    this.#services.peerWatches.stop();
    for (const timer of this.#graces) timer.cancel();
    if (this.#activator) this.#system.root.stop(this.#activator);
    const { clock, lastLetters, farewells } = this.#services;
    const endMs = clock.nowMs() + timeoutMs;
    if (how === "gracefully") await within(timeoutMs / 5, this.#endpoints.opening, clock);
    this.#endpoints.stop(how);
    if (how === "gracefully") this.#sessions.disconnect();
    try {
      const sent = how === "gracefully" ? [...farewells] : [];
      const leftMs = endMs - clock.nowMs();
      const closed = this.#listener.close({ timeoutMs: leftMs });
      await Promise.all([closed, lastLetters.done(), within(leftMs, sent, clock)]);
    } finally {
      processes.useResolver(undefined);
    }
  }

  #startActivator(): void {
    this.#activator = this.#system.root.spawnNamed(activatorProps(this.#config.spawnable), activatorId);
    this.expose(activatorId);
    this.expose(`${activatorId}/*`, { stop: "allowed" });
  }

  #blocked(systemId: string): void {
    if (!this.#sessions.has(systemId)) return;
    const timer = this.#services.clock.schedule(blockedPeerGraceMs, () => {
      this.#graces.delete(timer);
      this.#sessions.close(systemId);
    });
    this.#graces.add(timer);
  }

  #onEvent(event: unknown): void {
    if (!(event instanceof EndpointTerminatedEvent)) return;
    // Our own event comes when the endpoint is already out of the table.
    this.#endpoints.get(event.address)?.terminate("left", "gracefully");
    this.#services.peerWatches.left(event.address);
  }
}

function grpcFor(
  { clock }: ActorSystem,
  { tls, insecure, busyPollMs, outbox, greetingTimeoutMs }: RemoteConfig,
): Transport {
  const { maxFrameBytes } = outbox;
  return new GrpcTransport({
    tls,
    insecure,
    busyPollMs,
    maxFrameBytes,
    pendingTimeoutMs: greetingTimeoutMs,
    clock,
  });
}

interface Listening {
  readonly config: RemoteConfig;
  readonly transport: Transport;
  readonly listener: Listener;
  readonly types: TypeRegistry;
}
