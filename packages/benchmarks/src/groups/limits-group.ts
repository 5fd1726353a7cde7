import type { Group } from "../harness/group.ts";
import { describeCheckout, limitNodeSubject, pinnedVersion } from "../harness/node-subject.ts";
import type { Subject } from "../harness/subject.ts";
import type { Unit } from "../measurement/sample.ts";
import type { Comparison } from "../report/comparison.ts";
import { ours } from "../report/report-guide.ts";
import { limitWorkloads } from "../workloads/limit-workloads.ts";

/** The subject is only put to the workloads whose names begin so. */
function only(...beginnings: readonly string[]): Subject["cannot"] {
  const others = limitWorkloads.filter(({ name }) => !beginnings.some((begin) => name.startsWith(begin)));
  return new Map(others.map(({ name }) => [name, "it shows no limit there"]));
}

function figure(subject: string, workload: string, unit: Unit): Comparison["figure"] {
  return { subject, workload, unit };
}

/** What a bare mailbox leaves of the pipe, and what we leave of that; with protobuf-es and with codecs. */
function behindMailbox(workload: string, limits: { readonly floor: number; readonly codec: number }) {
  const rate = (subject: string) => figure(subject, workload, "msg/s");
  return [
    { figure: rate("floor-mailbox"), by: rate("floor"), limit: limits.floor },
    { figure: rate("floor-mailbox-codec"), by: rate("floor-codec"), limit: limits.codec },
    { figure: rate(ours), by: rate("floor-mailbox") },
    { figure: rate("ts-grain-codec"), by: rate("floor-mailbox-codec") },
  ];
}

/** What five connections leave of the requests over one. */
function spread(subject: string): Comparison {
  const rate = (connections: number) => figure(subject, `connections n=${connections}`, "req/CPU s");
  return { figure: rate(5), by: rate(1), limit: 0.8 };
}

const localCalls = (subject: string) => figure(subject, "W5 local", "activations/s");
const remoteCalls = (subject: string) => figure(subject, "W5 remote", "activations/s");
const pairs = (subject: string) => figure(subject, "W5 round trips", "pairs/s");

const comparisons: readonly Comparison[] = [
  ...behindMailbox("W4a", { floor: 0.7, codec: 0.5 }),
  ...behindMailbox("W4b", { floor: 0.6, codec: 0.6 }),
  ...["floor-codec", "ts-grain-codec"].map(spread),
  ...["four tables", "one table"].map((bare) => ({
    figure: localCalls(bare),
    by: localCalls("effect"),
    limit: 20,
  })),
  { figure: localCalls(ours), by: localCalls("four tables") },
  ...[ours, "ts-grain-codec"].map((subject) => ({
    figure: pairs(subject),
    by: remoteCalls("effect"),
    limit: 20,
  })),
  { figure: remoteCalls(ours), by: pairs("ts-grain-codec") },
];

/** How far anything could come, where ours does not reach what it is to reach. */
export const limitsGroup: Group = {
  name: "limits",
  about: "what bare things reach that do a part of the work, where ours misses a target",
  workloads: limitWorkloads,
  subjects: [
    limitNodeSubject({
      name: ours,
      findVersion: describeCheckout,
      cannot: only("W4", "W5"),
    }),
    limitNodeSubject({
      name: "ts-grain-codec",
      findVersion: () => Promise.resolve("(the same, with generated codecs)"),
      cannot: only("W4", "connections n=1", "connections n=5", "W5 round trips"),
    }),
    limitNodeSubject({
      name: "floor",
      findVersion: () => Promise.resolve("(bare node:http2, protobuf-es for messages)"),
      cannot: only("W4"),
    }),
    limitNodeSubject({
      name: "floor-codec",
      findVersion: () => Promise.resolve("(the same, messages encoded by hand)"),
      cannot: only("W4", "connections"),
    }),
    limitNodeSubject({
      name: "floor-mailbox",
      findVersion: () => Promise.resolve("(floor, and a bare mailbox for what arrives)"),
      cannot: only("W4"),
    }),
    limitNodeSubject({
      name: "floor-mailbox-codec",
      findVersion: () => Promise.resolve("(floor-codec, and the same)"),
      cannot: only("W4"),
    }),
    limitNodeSubject({
      name: "four tables",
      findVersion: () => Promise.resolve("(objects that are kept, in four Maps)"),
      cannot: only("W5 local"),
    }),
    limitNodeSubject({
      name: "one table",
      findVersion: () => Promise.resolve("(as many bytes in one)"),
      cannot: only("W5 local"),
    }),
    limitNodeSubject({
      name: "effect",
      findVersion: () => Promise.resolve(pinnedVersion("effect")),
      cannot: only("W5 local", "W5 remote"),
    }),
  ],
  targets: [],
  comparisons,
};
