import { crossedSubject } from "../harness/crossed-subject.ts";
import { protoActorGoRemote } from "../harness/go-subject.ts";
import type { Group } from "../harness/group.ts";
import { describeCheckout, pinnedVersion, remoteNodeSubject } from "../harness/node-subject.ts";
import type { Subject } from "../harness/subject.ts";
import { ours } from "../report/report-guide.ts";
import type { Target } from "../report/target.ts";
import { remoteWorkloads } from "../workloads/remote-workloads.ts";

const targets: readonly Target[] = [
  { workload: "W3 c=1", unit: "p50 us", ratios: { floor: 1.5, "protoactor-go": 0.75, effect: 0.3 } },
  ...["W3 c=100", "W3 c=1000"].map(
    (workload): Target => ({
      workload,
      unit: "req/s",
      ratios: { floor: 0.7, "connect-node": 50, "protoactor-go": 0.85, effect: 12, moleculer: 1.6 },
    }),
  ),
  { workload: "W4a", unit: "msg/s", ratios: { floor: 0.7, "connect-stream": 3 } },
  { workload: "W4b", unit: "msg/s", ratios: { floor: 0.6, "protoactor-go": 1.5 } },
  codecTarget("W3 c=1", "p50 us", { "floor-codec": 1.5, "protoactor-go": 0.75, effect: 0.3 }),
  ...["W3 c=100", "W3 c=1000"].map((workload) =>
    codecTarget(workload, "req/s", { "floor-codec": 0.6, "protoactor-go": 2, effect: 30, moleculer: 4 }),
  ),
  codecTarget("W4a", "msg/s", { "floor-codec": 0.5, "protoactor-go": 2 }),
];

/** What is to be reached with generated codecs. */
function codecTarget(workload: string, unit: Target["unit"], ratios: Target["ratios"]): Target {
  return { workload, unit, subject: "ts-grain-codec", ratios };
}

const requests = ["W3 c=1", "W3 c=100", "W3 c=1000"];
const oneWay = ["W4a", "W4b"];

function cannot(workloads: readonly string[], reason: string): Subject["cannot"] {
  return new Map(workloads.map((workload) => [workload, reason]));
}

const unary = cannot(oneWay, "unary calls have no one-way messages");

const tsGrain = remoteNodeSubject({ name: ours, findVersion: describeCheckout });

/** Two processes on loopback. */
export const remoteGroup: Group = {
  name: "remote",
  about: "two processes on loopback",
  workloads: remoteWorkloads,
  subjects: [
    tsGrain,
    remoteNodeSubject({
      name: "ts-grain-codec",
      findVersion: () => Promise.resolve("(the same, with generated codecs)"),
    }),
    remoteNodeSubject({
      name: "floor",
      findVersion: () => Promise.resolve("(bare node:http2, protobuf-es for messages)"),
    }),
    remoteNodeSubject({
      name: "floor-codec",
      findVersion: () => Promise.resolve("(the same, messages encoded by hand)"),
    }),
    remoteNodeSubject({
      name: "connect-node",
      findVersion: () => Promise.resolve(pinnedVersion("@connectrpc/connect-node")),
      cannot: unary,
    }),
    remoteNodeSubject({
      name: "grpc-js",
      findVersion: () => Promise.resolve(pinnedVersion("@grpc/grpc-js")),
      cannot: unary,
    }),
    remoteNodeSubject({
      name: "connect-stream",
      findVersion: () => Promise.resolve("(connect-node, streaming)"),
      cannot: cannot([...requests, "W4b"], "its stream goes one way"),
    }),
    remoteNodeSubject({
      name: "moleculer",
      findVersion: () => Promise.resolve(pinnedVersion("moleculer")),
      cannot: cannot(oneWay, "its events go to whoever subscribes, not to an addressee"),
    }),
    remoteNodeSubject({
      name: "effect",
      findVersion: () => Promise.resolve(pinnedVersion("effect")),
      cannot: cannot(oneWay, "a runner acknowledges each message, even if its sender wants no answer"),
    }),
    protoActorGoRemote,
    crossedSubject({ name: "ts-grain→go", cannot: new Map(), client: tsGrain, server: protoActorGoRemote }),
    crossedSubject({ name: "go→ts-grain", cannot: new Map(), client: protoActorGoRemote, server: tsGrain }),
  ],
  targets,
};
