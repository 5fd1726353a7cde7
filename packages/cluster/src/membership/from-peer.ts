import type { DescMessage, Message } from "@bufbuild/protobuf";
import type { TypeRegistry } from "@ts-grain/remote";

/** What another process's runtime tells this one's, and its address: that of the connection, as a message and its sender may name anybody. */
export class FromPeer {
  readonly told: Message;
  readonly address: string;

  constructor(told: Message, address: string) {
    this.told = told;
    this.address = address;
  }
}

/** From now on actors get messages of these types as {@link FromPeer}, if they come from another process. */
export function receiveFromPeers(types: TypeRegistry, schemas: readonly DescMessage[]): void {
  const received = (message: object, address: string): FromPeer => new FromPeer(message as Message, address);
  for (const schema of schemas) types.register(schema, { received });
}
