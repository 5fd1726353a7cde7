import type { InboundConnection, Transport } from "../src/transport/transport.ts";

/** A transport, and what tells its listening side that all connections have ended, of which the other sides hear nothing. */
export interface LosableTransport {
  readonly transport: Transport;
  readonly lose: (error: Error) => void;
}

/** Makes the connections of a transport's listening side losable. */
export function losable(inner: Transport): LosableTransport {
  const ends: ((error: Error) => void)[] = [];
  const receiving = (connection: InboundConnection): InboundConnection => {
    const receive: InboundConnection["receive"] = (handlers) => {
      ends.push((error) => handlers.onClose(error));
      connection.receive(handlers);
    };
    return Object.assign(Object.create(connection) as InboundConnection, { receive });
  };
  return {
    transport: {
      listen: (at, accept) => inner.listen(at, (connection) => accept(receiving(connection))),
      connect: (address, handlers, options) => inner.connect(address, handlers, options),
    },
    lose: (error) => {
      for (const end of ends) end(error);
    },
  };
}
