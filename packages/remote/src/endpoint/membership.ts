import { create } from "@bufbuild/protobuf";
import { type Hello, HelloSchema } from "../gen/tsgrain/remote/v1/hello_pb.ts";
import { ownFeatures } from "./features.ts";

/** What makes a system a member of one cluster and not of another. */
export interface Membership {
  /** Empty if the system is in no cluster. */
  readonly clusterName: string;
  /** The secret that all members share; without one nobody has to prove anything. */
  readonly token: string | undefined;
}

/** Version of what ts-grain adds to the protocol. Raised only where a member of the version before would get something wrong. */
const protocol = 1;

/** Our side's part of the handshake. */
export function hello({ clusterName }: Membership, nonce: Uint8Array, proof?: Uint8Array): Hello {
  return create(HelloSchema, {
    protocol,
    clusterName,
    nonce,
    features: [...ownFeatures],
    ...(proof && { proof }),
  });
}

/** Whether another side adds to the protocol what we do not understand, or the other way round. Go members add nothing. */
export function isOtherVersion(other: Hello | undefined): boolean {
  return other !== undefined && other.protocol !== protocol;
}

/** Whether two sides are of different clusters. One that names none, such as a Go member, may be of any. */
export function isForeign(clusterName: string, other: Hello | undefined): boolean {
  return (
    clusterName !== "" && other !== undefined && other.clusterName !== "" && other.clusterName !== clusterName
  );
}
