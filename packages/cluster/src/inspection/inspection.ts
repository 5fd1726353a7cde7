import {
  create,
  createFileRegistry,
  type DescMessage,
  isMessage,
  type MessageShape,
} from "@bufbuild/protobuf";
import { type ActorSystem, PID } from "@ts-grain/actor";
import { ClusterError } from "../cluster-error.ts";
import {
  DescribeKindRequestSchema,
  DescribeKindResponseSchema,
  ListActivationsRequestSchema,
  ListActivationsResponseSchema,
} from "../gen/tsgrain/cluster/v1/inspection_pb.ts";
import { type GrainService, grainService } from "../grain/grain-service.ts";
import type { ClusterIdentity } from "../identity/cluster-identity.ts";
import { type Member, memberAddress } from "../membership/member.ts";
import { inspectionActorId } from "./inspection-actor.ts";

/**
 * The grains that are active in a member.
 *
 * @see {@link Inspection}
 */
export interface ActiveGrains {
  /** At most as many as were asked for, in no particular order. */
  readonly grains: readonly ClusterIdentity[];
  /** How many there are. */
  readonly total: number;
}

/**
 * Asks one ts-grain member about itself: for tools. Every question has `timeoutMs`, by default the cluster's.
 *
 * @example
 * import type { ActiveGrains, Cluster, Inspection } from "@ts-grain/cluster";
 *
 * async function printGrains(cluster: Cluster): Promise<void> {
 *   for (const member of cluster.members.topology.members) {
 *     const inspection: Inspection = cluster.inspect(member, { timeoutMs: 1_000 });
 *     const { grains, total }: ActiveGrains = await inspection.listActivations({ limit: 10 });
 *     console.log(
 *       `${member.id}: ${total} grains`,
 *       ...grains.map(({ kind, identity }) => `${kind}/${identity}`),
 *     );
 *   }
 * }
 */
export class Inspection {
  readonly #system: ActorSystem;
  readonly #member: Member;
  readonly #timeoutMs: number;

  constructor(system: ActorSystem, member: Member, timeoutMs: number) {
    this.#system = system;
    this.#member = member;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * The contract of a kind as the member has it, or undefined if it does not host the kind. Calls can be made with it without any
   * generated code.
   *
   * @throws ClusterError "not_delivered" if the member does not answer.
   */
  async describeKind(kind: string): Promise<GrainService | undefined> {
    const request = create(DescribeKindRequestSchema, { kind });
    const { service, files, methods } = await this.#ask(request, DescribeKindResponseSchema);
    const descriptor = files && createFileRegistry(files).getService(service);
    if (!descriptor) return undefined;
    const indexes = Object.fromEntries(methods.map(({ name, index }) => [name, { index }]));
    return grainService(descriptor, { kind, methods: indexes });
  }

  /**
   * Lists the grains that are active in the member: those of one kind (default: of all), not more than `limit` (default and
   * at most 1,000).
   *
   * @throws ClusterError "not_delivered" if the member does not answer.
   */
  async listActivations({
    kind = "",
    limit = 0,
  }: {
    readonly kind?: string;
    readonly limit?: number;
  } = {}): Promise<ActiveGrains> {
    const request = create(ListActivationsRequestSchema, { kind, limit });
    const { grains, total } = await this.#ask(request, ListActivationsResponseSchema);
    return { grains: grains.map((grain) => ({ kind: grain.kind, identity: grain.identity })), total };
  }

  async #ask<Response extends DescMessage>(
    request: object,
    response: Response,
  ): Promise<MessageShape<Response>> {
    const { host, port, dialect } = this.#member;
    const address = memberAddress(this.#member);
    if (dialect !== "ts-grain")
      throw new ClusterError("not_delivered", `${address} is no ts-grain member and cannot be inspected`);
    const target = new PID(address, inspectionActorId);
    try {
      const answer = await this.#system.root.requestAsync(target, request, { timeoutMs: this.#timeoutMs });
      if (isMessage(answer, response)) return answer;
    } catch (cause) {
      throw new ClusterError("not_delivered", `${host}:${port} does not answer`, { cause });
    }
    throw new ClusterError("unexpected_response", `${host}:${port} answers with something else`);
  }
}
