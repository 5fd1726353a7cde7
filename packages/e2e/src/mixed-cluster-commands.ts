import { type DescMessage, fromJson, type JsonObject, type Message, toJson } from "@bufbuild/protobuf";
import { type Cluster, GrainError, memberAddress, Rendezvous } from "@ts-grain/cluster";
import { getCounterGrainClient } from "./gen/mixed/v1/counter_grain.ts";
import {
  AddRequestSchema,
  AddResponseSchema,
  CallOtherRequestSchema,
  CallOtherResponseSchema,
  EchoHeadersRequestSchema,
  EchoHeadersResponseSchema,
  FailRequestSchema,
  FailResponseSchema,
} from "./gen/mixed/v1/counter_pb.ts";
import { MixedLoad } from "./mixed-cluster-load.ts";
import type {
  MixedCall,
  MixedCommand,
  MixedFailure,
  MixedListing,
  MixedOutcome,
  MixedSighting,
} from "./mixed-cluster-protocol.ts";

/** What a member does that it is told; its twin in Go is go/cluster-member/commands.go. */
export class MixedCommands {
  readonly #cluster: Cluster;
  readonly #journal: readonly MixedSighting[];
  #load: MixedLoad | undefined;

  constructor(cluster: Cluster, journal: readonly MixedSighting[]) {
    this.#cluster = cluster;
    this.#journal = journal;
  }

  async obey(command: MixedCommand): Promise<unknown> {
    switch (command.do) {
      case "owners":
        return this.#owners(command.identities);
      case "topology":
        return this.#listMembers();
      case "blocked":
        return [];
      case "processes":
        return this.#listGrains();
      case "sightings":
        return this.#journal;
      case "call":
        return this.#call(command);
      case "start load":
        this.#load = new MixedLoad(this.#cluster, command);
        return "started";
      case "stop load":
        return this.#load?.stop();
      case "shutdown":
        await this.#cluster.shutdown();
        return "goodbye";
    }
  }

  /** By the rendezvous hash of this language with the members that this member sees. */
  #owners(identities: readonly string[]): (string | undefined)[] {
    const rendezvous = new Rendezvous(this.#cluster.members.topology.members);
    return identities.map((identity) => rendezvous.ownerOf({ kind: "Counter", identity }));
  }

  #listMembers(): MixedListing[] {
    return this.#cluster.members.topology.members.map((member) => ({
      id: member.id,
      address: memberAddress(member),
      kinds: member.kinds,
    }));
  }

  async #listGrains(): Promise<string[]> {
    if (!this.#cluster.self) return [];
    const { grains } = await this.#cluster.inspect(this.#cluster.self).listActivations();
    return grains.map(({ kind, identity }) => `${kind}/${identity}`).sort();
  }

  async #call(asked: MixedCall): Promise<MixedOutcome> {
    try {
      return { response: await this.#callMethod(asked) };
    } catch (error) {
      return { failure: describe(error) };
    }
  }

  async #callMethod({ identity, method, request, headers }: MixedCall): Promise<JsonObject> {
    const client = getCounterGrainClient(this.#cluster, identity);
    const options = { headers };
    switch (method) {
      case "add":
        return asJson(AddResponseSchema, await client.add(fromJson(AddRequestSchema, request), options));
      case "fail":
        return asJson(FailResponseSchema, await client.fail(fromJson(FailRequestSchema, request), options));
      case "echoHeaders": {
        const echoed = await client.echoHeaders(fromJson(EchoHeadersRequestSchema, request), options);
        return asJson(EchoHeadersResponseSchema, echoed);
      }
      case "callOther": {
        const called = await client.callOther(fromJson(CallOtherRequestSchema, request), options);
        return asJson(CallOtherResponseSchema, called);
      }
    }
  }
}

function asJson(schema: DescMessage, message: Message): JsonObject {
  return toJson(schema, message) as JsonObject;
}

function describe(error: unknown): MixedFailure {
  if (!GrainError.is(error)) return { reason: "", message: String(error) };
  const { reason, message, metadata } = error;
  return { reason, message, metadata };
}
