import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import type { Connection, Transport } from "@ts-grain/remote";
import {
  type MessageBatchSchema,
  type RemoteMessage,
  RemoteMessageSchema,
} from "../src/gen/remote/remote_pb.ts";

type Init = NonNullable<MessageInitShape<typeof RemoteMessageSchema>["messageType"]>;

/** A peer that says whatever a test wants. */
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

  batch(value: MessageInitShape<typeof MessageBatchSchema>): this {
    return this.say({ case: "messageBatch", value });
  }

  say(messageType: Init): this {
    return this.sayBytes(toBinary(RemoteMessageSchema, create(RemoteMessageSchema, { messageType })));
  }

  sayBytes(bytes: Uint8Array): this {
    this.#connection.send(bytes);
    return this;
  }

  close(): void {
    this.#connection.close();
  }
}
