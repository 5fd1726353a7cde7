import { type ConnectionHandlers, GrpcTransport, type Listener, type Transport } from "@ts-grain/remote";

/** gRPC as ever, that counts frames which name a type among those that peers send. */
export class OverhearingTransport implements Transport {
  /** A batch names each type once, however many of its messages are of it. */
  heard = 0;
  readonly #inner = new GrpcTransport();
  readonly #typeName: Buffer;

  constructor(typeName: string) {
    this.#typeName = Buffer.from(typeName);
  }

  listen(...[at, accept]: Parameters<Transport["listen"]>): Promise<Listener> {
    return this.#inner.listen(at, (connection) =>
      accept({
        peer: connection.peer,
        receive: (handlers) => connection.receive(this.#overhear(handlers)),
        admit: () => connection.admit(),
        send: (frame) => connection.send(frame),
        close: () => connection.close(),
        probe: () => connection.probe(),
      }),
    );
  }

  connect(...args: Parameters<Transport["connect"]>): ReturnType<Transport["connect"]> {
    return this.#inner.connect(...args);
  }

  #overhear(handlers: ConnectionHandlers): ConnectionHandlers {
    return {
      onFrame: (frame) => {
        if (Buffer.from(frame.buffer, frame.byteOffset, frame.length).includes(this.#typeName)) this.heard++;
        handlers.onFrame(frame);
      },
      onWritable: () => handlers.onWritable(),
      onClose: (error) => handlers.onClose(error),
    };
  }
}
