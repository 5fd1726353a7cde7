import type { ConnectResponse } from "../gen/remote/remote_pb.ts";
import { connectRequestFrame } from "../wire/frame.ts";
import type { Self } from "./endpoint-services.ts";
import { featuresOf } from "./features.ts";
import { hello, isForeign, isOtherVersion, type Membership } from "./membership.ts";
import { isSameProof, membershipProof, type Transcript } from "./membership-proof.ts";

/** What the dialling side makes of an answer. */
export type DialStep =
  /** Send this frame and await another answer. */
  | { readonly kind: "prove"; readonly frame: Uint8Array }
  | {
      readonly kind: "welcome";
      readonly memberId: string;
      readonly isTsGrain: boolean;
      readonly features: ReadonlySet<number>;
    }
  | {
      readonly kind: "refused";
      readonly memberId: string;
      readonly why: string;
      /** Whether the peer takes this system for one that has left. */
      readonly isBlocked: boolean;
    };

/** The dialling side of one handshake. Sends its introduction; with a token, checks the listener's proof and shows its own. */
export class DialHandshake {
  readonly #self: Self;
  readonly #membership: Membership;
  readonly #nonce: Uint8Array;
  #hasProved = false;

  /** The nonce is 32 bytes that were never used before. */
  constructor(self: Self, membership: Membership, nonce: Uint8Array) {
    this.#self = self;
    this.#membership = membership;
    this.#nonce = nonce;
  }

  /** The first frame. */
  introduction(): Uint8Array {
    return connectRequestFrame({ ...this.#self, hello: hello(this.#membership, this.#nonce) });
  }

  answered({ memberId, blocked, hello: theirs }: ConnectResponse): DialStep {
    const { clusterName, token } = this.#membership;
    const refused = (why: string): DialStep => ({ kind: "refused", memberId, why, isBlocked: blocked });
    if (blocked) return refused("the peer has blocked us");
    if (isOtherVersion(theirs))
      return refused(`the peer speaks version ${theirs!.protocol} of this protocol`);
    if (isForeign(clusterName, theirs)) return refused("the peer belongs to another cluster");
    // It will not let us in without one, though it says nothing more.
    if (token === undefined && theirs !== undefined && theirs.proof.length > 0)
      return refused("the peer asks for its cluster's token, and we have none");
    if (token === undefined || this.#hasProved)
      return { kind: "welcome", memberId, isTsGrain: theirs !== undefined, features: featuresOf(theirs) };
    if (theirs === undefined) return refused("the peer does not prove that it knows the cluster's token");
    const transcript = this.#transcript(memberId, theirs.nonce);
    if (!isSameProof(theirs.proof, membershipProof(token, "listener", transcript))) {
      return refused("the peer does not know the cluster's token");
    }
    this.#hasProved = true;
    const proof = membershipProof(token, "dialler", transcript);
    const frame = connectRequestFrame({ ...this.#self, hello: hello(this.#membership, this.#nonce, proof) });
    return { kind: "prove", frame };
  }

  #transcript(listenerId: string, listenerNonce: Uint8Array): Transcript {
    const { systemId: diallerId, address: diallerAddress } = this.#self;
    const { clusterName } = this.#membership;
    return { diallerNonce: this.#nonce, listenerNonce, diallerId, diallerAddress, listenerId, clusterName };
  }
}
