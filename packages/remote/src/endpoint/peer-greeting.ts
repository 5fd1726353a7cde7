import type { ConnectRequest } from "../gen/remote/remote_pb.ts";
import { parseAddress } from "../transport/transport.ts";
import type { Self } from "./endpoint-services.ts";

/** Who a dialling peer says it is. */
export interface Peer {
  readonly systemId: string;
  readonly address: string;
}

/** What the listening side makes of a connect request. */
export type Greeting =
  | { readonly kind: "welcome"; readonly peer: Peer }
  /** The peer is told that it is blocked. */
  | { readonly kind: "blocked"; readonly peer: Peer }
  /** The peer is told nothing. */
  | { readonly kind: "refused"; readonly why: string };

/** What a greeting is judged by. */
export interface GreetingContext {
  readonly self: Self;
  readonly isBlocked: (systemId: string) => boolean;
  /** Names that the transport proved; undefined if it proves none. */
  readonly names: readonly string[] | undefined;
  /** Who this connection has already greeted as. */
  readonly known: Peer | undefined;
}

const maxNameLength = 256;

/** Judges a connect request. It may repeat, but a connection stays one peer's. */
export function judgeGreeting(
  request: ConnectRequest,
  { self, isBlocked, names, known }: GreetingContext,
): Greeting {
  if (request.connectionType.case !== "serverConnection") return refused("only members may connect");
  const { SystemId: systemId, Address: address } = request.connectionType.value;
  if (systemId === "" || systemId.length > maxNameLength) return refused("the peer has no usable id");
  if (address.length > maxNameLength || parseAddress(address) === undefined)
    return refused("the peer's address is not host:port");
  if (systemId === self.systemId || address === self.address) return refused("the peer takes itself for us");
  if (known !== undefined && (known.systemId !== systemId || known.address !== address)) {
    return refused("the peer greeted as two different members");
  }
  const peer = { systemId, address };
  if (names !== undefined && !isNamed(peer, names)) return refused("the peer's certificate names another");
  return isBlocked(systemId) ? { kind: "blocked", peer } : { kind: "welcome", peer };
}

/** A certificate is for the host that the peer is reached at, or, as a SPIFFE id, for the member itself. */
function isNamed({ systemId, address }: Peer, names: readonly string[]): boolean {
  const { host } = parseAddress(address)!;
  const bareHost = host.replace(/^\[(.*)\]$/, "$1");
  return names.some(
    (name) => name === bareHost || (name.startsWith("spiffe://") && name.endsWith(`/member/${systemId}`)),
  );
}

function refused(why: string): Greeting {
  return { kind: "refused", why };
}
