import { create } from "@bufbuild/protobuf";
import { PingResponseSchema, Probe } from "../gen/tsgrain/cluster/v1/probe_pb.ts";
import type { GrainCaller } from "../grain/grain-caller.ts";
import { grainService } from "../grain/grain-service.ts";
import { grainKind, type Kind } from "../grain/kind.ts";
import { Rendezvous } from "../identity/rendezvous.ts";
import { type Member, memberAddress } from "../membership/member.ts";
import type { Topology } from "../membership/topology.ts";

/** More identities than this are not tried to find one that a certain member owns. */
const maxTries = 10_000;

const service = grainService(Probe, { kind: "tsgrain-probe" });
const ping = service.methods[0]!;

/** The kind that every member hosts beside its own, so that members can call a grain of each other. */
export const probeKind: Kind = grainKind(service, () => ({ ping: () => create(PingResponseSchema) }));

/** Calls a grain of the member. @throws what the call throws; an Error if the member owns no identity that can be found. */
export async function probe(
  caller: GrainCaller,
  member: Member,
  { topology, timeoutMs }: { readonly topology: Topology; readonly timeoutMs: number },
): Promise<void> {
  const identity = identityOn(memberAddress(member), topology);
  await caller.callGrain({ service, identity, method: ping, request: {}, options: { timeoutMs } });
}

function identityOn(address: string, { members }: Topology): string {
  const rendezvous = new Rendezvous(members);
  for (let tries = 0; tries < maxTries; tries++) {
    const identity = `probe-${tries}`;
    if (rendezvous.ownerOf({ kind: service.kind, identity }) === address) return identity;
  }
  throw new Error(`of ${maxTries} identities none belongs to ${address}`);
}
