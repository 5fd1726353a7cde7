/** The member at the other end of a connection, as the handshake showed it. */
export interface Peer {
  readonly systemId: string;
  readonly address: string;
  /** Whether it knows what ts-grain adds to Proto.Actor's protocol. */
  readonly isTsGrain: boolean;
  /** What it can do that not every version can, by the numbers of `hello.proto`. */
  readonly features: ReadonlySet<number>;
}
