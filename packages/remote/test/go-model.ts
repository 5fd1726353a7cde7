import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { TerminatedSchema, UnwatchSchema, WatchSchema } from "../src/gen/actor/actor_pb.ts";
import {
  ConnectResponseSchema,
  type MessageBatch,
  RemoteMessageSchema,
} from "../src/gen/remote/remote_pb.ts";
import type { Connection, InboundConnection, Listener } from "../src/transport/transport.ts";
import type { RemotePair } from "./remote-pair.ts";

type Init = NonNullable<MessageInitShape<typeof RemoteMessageSchema>["messageType"]>;

function frame(messageType: Init): Uint8Array {
  return toBinary(RemoteMessageSchema, create(RemoteMessageSchema, { messageType }));
}

/** What {@link GoModel} is called, and where. */
export interface GoModelOptions {
  readonly systemId: string;
  /** Where it says that it listens. Default `go:1`. */
  readonly host?: string;
  /** The address of the member whose actors it watches. Default `b:1`. */
  readonly watched?: string;
  /** Milliseconds that it takes to read what has come, also when the connection has ended since. Default 0. */
  readonly readMs?: number;
}

/**
 * A process of Proto.Actor Go, as far as watches of a member's actors go: it makes each once, tells its watcher of each end that it hears of, and of all that are left when its
 * own connection ends. It answers each greeting.
 */
export class GoModel {
  /** What its watchers were told: the name of who ended, and why. */
  readonly told: string[] = [];
  /** Messages that it has read, but for ends of actors. */
  received = 0;
  /** Whether it answers greetings after the first. */
  answersAgain = true;
  readonly #pair: RemotePair;
  readonly #options: Required<GoModelOptions>;
  readonly #watched = new Set<string>();
  readonly #made = new Map<string, number>();
  #listener: Listener | undefined;
  #successor: GoModel | undefined;
  #connection: Connection | undefined;

  constructor(pair: RemotePair, options: GoModelOptions) {
    this.#pair = pair;
    this.#options = { host: "go", watched: "b:1", readMs: 0, ...options };
  }

  get isConnected(): boolean {
    return this.#connection !== undefined;
  }

  async listen(): Promise<void> {
    const at = { host: this.#options.host, port: 1 };
    this.#listener = await this.#pair.network
      .transport()
      .listen(at, (connection) => (this.#successor ?? this).#accept(connection));
  }

  /** Another process listens at its address from now on; the connections that it has accepted stand on. */
  giveAddressTo(successor: GoModel): void {
    this.#successor = successor;
  }

  async stopListening(): Promise<void> {
    await this.#listener?.close();
  }

  isWatching(id: string): boolean {
    return this.#watched.has(id);
  }

  /** How often it has watched an actor that it did not watch already, but for what it took back. */
  watches(id: string): number {
    return this.#made.get(id) ?? 0;
  }

  /** Takes back a watch that it has made. */
  unwatch(id: string): void {
    if (this.#watched.delete(id)) this.#made.set(id, this.watches(id) - 1);
    const Watcher = { Address: `${this.#options.host}:1`, Id: "w" };
    const value = {
      typeNames: [UnwatchSchema.typeName],
      targets: [{ Address: this.#options.watched, Id: id }],
      envelopes: [{ messageData: toBinary(UnwatchSchema, create(UnwatchSchema, { Watcher })) }],
    };
    this.#connection!.send(frame({ case: "messageBatch", value }));
  }

  /** Watches actors that it does not watch already, over a connection that it opens if there is none. */
  async watch(...names: readonly string[]): Promise<void> {
    this.#connection ??= await this.#connect();
    const ids = names.filter((name) => !this.#watched.has(name));
    for (const id of ids) this.#made.set(id, this.watches(id) + 1);
    const Watcher = { Address: `${this.#options.host}:1`, Id: "w" };
    const messageData = toBinary(WatchSchema, create(WatchSchema, { Watcher }));
    for (const id of ids) this.#watched.add(id);
    const value = {
      typeNames: [WatchSchema.typeName],
      targets: ids.map((Id) => ({ Address: this.#options.watched, Id })),
      envelopes: ids.map((_, target) => ({ messageData, target })),
    };
    this.#connection.send(frame({ case: "messageBatch", value }));
  }

  /** Ends the connection that it has opened, as a process that dies does. */
  hangUp(): void {
    this.#connection?.close();
    this.#ended(this.#connection);
  }

  async #connect(): Promise<Connection> {
    const { systemId, host, watched } = this.#options;
    const handlers = {
      onFrame: () => {},
      onWritable: () => {},
      onClose: () => this.#ended(connection),
    };
    const connecting = this.#pair.network.transport().connect(watched, handlers);
    await this.#pair.clock.advance(50);
    const connection: Connection = await connecting;
    const value = { SystemId: systemId, Address: `${host}:1` };
    const connectionType = { case: "serverConnection", value } as const;
    connection.send(frame({ case: "connectRequest", value: { connectionType } }));
    return connection;
  }

  #ended(connection: Connection | undefined): void {
    if (connection === undefined || this.#connection !== connection) return;
    this.#connection = undefined;
    for (const id of this.#watched) this.told.push(`${id}: address`);
    this.#watched.clear();
  }

  #accept(connection: InboundConnection): void {
    let hasGreeted = false;
    const read = (bytes: Uint8Array): void => {
      const { messageType } = fromBinary(RemoteMessageSchema, bytes);
      if (messageType.case === "messageBatch") this.#read(messageType.value);
      if (messageType.case !== "connectRequest" || (hasGreeted && !this.answersAgain)) return;
      hasGreeted = true;
      const value = create(ConnectResponseSchema, { memberId: this.#options.systemId });
      connection.send(frame({ case: "connectResponse", value }));
      connection.admit();
    };
    const { readMs } = this.#options;
    connection.receive({
      onFrame: (bytes) => {
        if (readMs === 0) read(bytes);
        else this.#pair.clock.schedule(readMs, () => read(bytes));
      },
      onWritable() {},
      onClose() {},
    });
  }

  #read({ typeNames, envelopes }: MessageBatch): void {
    for (const { typeId, messageData } of envelopes) {
      if (typeNames[typeId] !== TerminatedSchema.typeName) {
        this.received++;
        continue;
      }
      const { Id } = fromBinary(TerminatedSchema, messageData).who!;
      this.#watched.delete(Id);
      // It tells the watcher whether or not it knows of the watch.
      this.told.push(`${Id}: told`);
    }
  }
}
