import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  ConnectResponseSchema,
  type MessageBatch,
  type MessageBatchSchema,
  type RemoteMessage,
  RemoteMessageSchema,
} from "../gen/remote/remote_pb.ts";
import type { Connection, InboundConnection, Listener, Transport } from "../transport/transport.ts";

type Init = NonNullable<MessageInitShape<typeof RemoteMessageSchema>["messageType"]>;

/**
 * A peer that says whatever a test wants, over any transport.
 *
 * @example
 * import { ActorSystem } from "@ts-grain/actor";
 * import { quietLogger } from "@ts-grain/actor/testing";
 * import { configureRemote, InMemoryNetwork, Remote } from "@ts-grain/remote";
 * import { RawPeer } from "@ts-grain/remote/testing";
 *
 * const network = new InMemoryNetwork();
 * const config = configureRemote("a", 1, { transport: network.transport() });
 * await using remote = await Remote.start(new ActorSystem({ logger: quietLogger }), config);
 * const peer = await RawPeer.connect(network.transport(), remote.address);
 * peer.greet().sayBytes(Uint8Array.of(255, 255));
 * while (!peer.isClosed) await new Promise((resolve) => setTimeout(resolve, 5));
 * console.log(remote.stats.sessions); // prints: 0
 */
export class RawPeer {
  /** What the other side answered. */
  readonly answers: RemoteMessage[] = [];
  /** Whether the other side has ended the connection. */
  isClosed = false;
  readonly #connection: Connection;

  private constructor(connect: (peer: RawPeer) => Connection) {
    this.#connection = connect(this);
  }

  static async connect(transport: Transport, address: string): Promise<RawPeer> {
    let peer: RawPeer | undefined;
    const connection = await transport.connect(address, {
      onFrame: (frame) => peer?.answers.push(fromBinary(RemoteMessageSchema, frame)),
      onWritable() {},
      onClose() {
        if (peer) peer.isClosed = true;
      },
    });
    peer = new RawPeer(() => connection);
    return peer;
  }

  /** Introduces itself as a Go member would. */
  greet({
    systemId = "raw-peer",
    address = "raw:1",
  }: {
    readonly systemId?: string;
    readonly address?: string;
  } = {}): this {
    const connection = { SystemId: systemId, Address: address };
    return this.say({
      case: "connectRequest",
      value: { connectionType: { case: "serverConnection", value: connection } },
    });
  }

  /** Sends a batch, whether or not it makes sense. */
  batch(value: MessageInitShape<typeof MessageBatchSchema>): this {
    return this.say({ case: "messageBatch", value });
  }

  /** Sends a `RemoteMessage`. */
  say(messageType: Init): this {
    return this.sayBytes(toBinary(RemoteMessageSchema, create(RemoteMessageSchema, { messageType })));
  }

  /** Sends a frame, whatever it holds. */
  sayBytes(bytes: Uint8Array): this {
    this.#connection.send(bytes);
    return this;
  }

  close(): void {
    this.#connection.close();
  }
}

/**
 * The listening half of a raw peer: answers greetings as a Go member would, and keeps the batches that are sent to it.
 *
 * @example
 * import { create } from "@bufbuild/protobuf";
 * import { StringValueSchema } from "@bufbuild/protobuf/wkt";
 * import { ActorSystem, PID } from "@ts-grain/actor";
 * import { configureRemote, InMemoryNetwork, Remote } from "@ts-grain/remote";
 * import { CapturingListener } from "@ts-grain/remote/testing";
 *
 * const network = new InMemoryNetwork();
 * await using listener = await CapturingListener.start(network.transport());
 * const system = new ActorSystem();
 * const options = { transport: network.transport(), types: [StringValueSchema] };
 * await using remote = await Remote.start(system, configureRemote("a", 1, options));
 * system.root.send(
 *   new PID(listener.address, "anybody"),
 *   create(StringValueSchema, { value: "hello" }),
 * );
 * console.log((await listener.nextBatch()).typeNames.join()); // prints: google.protobuf.StringValue
 */
export class CapturingListener implements AsyncDisposable {
  readonly address: string;
  readonly #listener: Listener;
  readonly #inbox: Inbox;

  private constructor(listener: Listener, inbox: Inbox) {
    this.#listener = listener;
    this.#inbox = inbox;
    this.address = `${listener.host}:${listener.port}`;
  }

  /** It goes by the id that raw peers have by default, or by another one. */
  static async start(
    transport: Transport,
    { systemId = "raw-peer" }: { readonly systemId?: string } = {},
  ): Promise<CapturingListener> {
    const inbox = new Inbox(systemId);
    const listener = await transport.listen({ host: "127.0.0.1", port: 0 }, (connection) => {
      connection.receive({
        onFrame: (frame) => inbox.received(frame, connection),
        onWritable() {},
        onClose() {},
      });
    });
    return new CapturingListener(listener, inbox);
  }

  /** The batch after those that were asked for before. */
  nextBatch(): Promise<MessageBatch> {
    return this.#inbox.next();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#listener.close();
  }
}

class Inbox {
  readonly #batches: MessageBatch[] = [];
  readonly #waiting: ((batch: MessageBatch) => void)[] = [];
  readonly #systemId: string;

  constructor(systemId: string) {
    this.#systemId = systemId;
  }

  received(frame: Uint8Array, connection: InboundConnection): void {
    const { messageType } = fromBinary(RemoteMessageSchema, frame);
    if (messageType.case === "connectRequest") {
      const value = create(ConnectResponseSchema, { memberId: this.#systemId });
      const answer = create(RemoteMessageSchema, { messageType: { case: "connectResponse", value } });
      connection.send(toBinary(RemoteMessageSchema, answer));
      // Its batches may be longer than what a stranger may send.
      connection.admit();
    } else if (messageType.case === "messageBatch") {
      const take = this.#waiting.shift();
      if (take === undefined) this.#batches.push(messageType.value);
      else take(messageType.value);
    }
  }

  next(): Promise<MessageBatch> {
    const batch = this.#batches.shift();
    return batch === undefined
      ? new Promise((resolve) => this.#waiting.push(resolve))
      : Promise.resolve(batch);
  }
}
