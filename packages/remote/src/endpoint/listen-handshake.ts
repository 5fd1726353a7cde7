import type { ConnectRequest } from "../gen/remote/remote_pb.ts";
import type { Hello } from "../gen/tsgrain/remote/v1/hello_pb.ts";
import { parseAddress } from "../transport/transport.ts";
import { connectResponseFrame } from "../wire/frame.ts";
import type { Self } from "./endpoint-services.ts";
import { featuresOf } from "./features.ts";
import { hello, isForeign, isOtherVersion, type Membership } from "./membership.ts";
import { isSameProof, membershipProof, type Transcript } from "./membership-proof.ts";
import type { Peer } from "./peer.ts";

/** What the listening side makes of a connect request. */
export type ListenStep =
  /** Send this frame; the peer has still to prove that it is a member. */
  | { readonly kind: "challenge"; readonly frame: Uint8Array }
  /** Send this frame; from now on the peer is known. */
  | { readonly kind: "welcome"; readonly frame: Uint8Array; readonly peer: Peer }
  /** Send this frame and close. */
  | { readonly kind: "blocked"; readonly frame: Uint8Array }
  /** Close without a word. */
  | { readonly kind: "refused"; readonly why: string };

/** What a handshake is judged by. */
export interface ListenOptions {
  readonly self: Self;
  readonly membership: Membership;
  /** 32 bytes that were never used before. */
  readonly nonce: Uint8Array;
  /** Names that the transport proved; undefined if it proves none. */
  readonly names: readonly string[] | undefined;
  readonly isBlocked: (systemId: string) => boolean;
}

const maxNameLength = 256;
const nonceBytes = 32;

/** The listening side of one connection's handshake. A request may repeat, but a connection stays one peer's. */
export class ListenHandshake {
  readonly #options: ListenOptions;
  #peer: Peer | undefined;
  #diallerNonce: Uint8Array | undefined;

  constructor(options: ListenOptions) {
    this.#options = options;
  }

  requested(request: ConnectRequest): ListenStep {
    if (request.connectionType.case !== "serverConnection") return refused("only members may connect");
    const { SystemId: systemId, Address: address, hello: theirs } = request.connectionType.value;
    const peer: Peer = { systemId, address, isTsGrain: theirs !== undefined, features: featuresOf(theirs) };
    const why = this.#objection(peer, theirs);
    if (why !== undefined) return refused(why);
    this.#peer = peer;
    const { token } = this.#options.membership;
    return token === undefined ? this.#judge(peer) : this.#challenge(token, peer, theirs);
  }

  /** Who may be a member is told whether it is one. */
  #judge(peer: Peer): ListenStep {
    if (this.#options.isBlocked(peer.systemId)) return { kind: "blocked", frame: this.#answer("blocked") };
    return { kind: "welcome", frame: this.#answer("welcome"), peer };
  }

  #objection(peer: Peer, theirs: Hello | undefined): string | undefined {
    const { self, membership, names } = this.#options;
    const { systemId, address } = peer;
    const known = this.#peer;
    if (systemId === "" || systemId.length > maxNameLength) return "the peer has no usable id";
    if (address.length > maxNameLength || !parseAddress(address))
      return "the peer's address is not host:port";
    if (systemId === self.systemId || address === self.address) return "the peer takes itself for us";
    if (known && (known.systemId !== systemId || known.address !== address))
      return "the peer changed its identity";
    if (names !== undefined && !isNamed(peer, names)) return "the peer's certificate names another";
    if (isOtherVersion(theirs)) return `the peer speaks version ${theirs!.protocol} of this protocol`;
    if (isForeign(membership.clusterName, theirs)) return "the peer belongs to another cluster";
    return undefined;
  }

  /** First shows our proof, then checks the peer's. */
  #challenge(token: string, peer: Peer, theirs: Hello | undefined): ListenStep {
    if (theirs?.nonce.length !== nonceBytes)
      return refused("the peer does not prove that it knows the cluster's token");
    if (this.#diallerNonce === undefined) {
      this.#diallerNonce = theirs.nonce;
      const proof = membershipProof(token, "listener", this.#transcript(peer, theirs.nonce));
      return { kind: "challenge", frame: this.#answer("welcome", proof) };
    }
    const expected = membershipProof(token, "dialler", this.#transcript(peer, this.#diallerNonce));
    if (!isSameProof(theirs.proof, expected)) return refused("the peer does not know the cluster's token");
    return this.#judge(peer);
  }

  #answer(outcome: "welcome" | "blocked", proof?: Uint8Array): Uint8Array {
    const { self, membership, nonce } = this.#options;
    return connectResponseFrame({
      memberId: self.systemId,
      blocked: outcome === "blocked",
      // A Go member gets what Go would send.
      hello: this.#peer?.isTsGrain ? hello(membership, nonce, proof) : undefined,
    });
  }

  #transcript({ systemId, address }: Peer, diallerNonce: Uint8Array): Transcript {
    const { self, membership, nonce } = this.#options;
    return {
      diallerNonce,
      listenerNonce: nonce,
      diallerId: systemId,
      diallerAddress: address,
      listenerId: self.systemId,
      clusterName: membership.clusterName,
    };
  }
}

/** A certificate is for the host that the peer is reached at, or, as a SPIFFE id, for the member itself. */
function isNamed({ systemId, address }: Peer, names: readonly string[]): boolean {
  const bareHost = parseAddress(address)!.host.replace(/^\[(.*)\]$/, "$1");
  return names.some(
    (name) => name === bareHost || (name.startsWith("spiffe://") && name.endsWith(`/member/${systemId}`)),
  );
}

function refused(why: string): ListenStep {
  return { kind: "refused", why };
}
