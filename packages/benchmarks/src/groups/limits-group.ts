import type { Group } from "../harness/group.ts";
import { describeCheckout, limitNodeSubject, pinnedVersion } from "../harness/node-subject.ts";
import type { Subject } from "../harness/subject.ts";
import type { Unit } from "../measurement/sample.ts";
import type { Comparison } from "../report/comparison.ts";
import { ours } from "../report/report-guide.ts";
import { limitWorkloads } from "../workloads/limit-workloads.ts";

/** A subject that is only put to the workloads whose names begin so. */
function subject(
  name: string,
  version: string | (() => Promise<string>),
  ...beginnings: readonly string[]
): Subject {
  const others = limitWorkloads.filter(({ name }) => !beginnings.some((begin) => name.startsWith(begin)));
  return limitNodeSubject({
    name,
    findVersion: typeof version === "string" ? () => Promise.resolve(version) : version,
    cannot: new Map(others.map((workload) => [workload.name, "it shows no limit there"])),
  });
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
function spread(subject: string): readonly Comparison[] {
  const by = figure(subject, "connections n=1", "req/CPU s");
  return ["connections n=5", "connections n=5, load n=5"].map((workload) => ({
    figure: figure(subject, workload, "req/CPU s"),
    by,
    limit: 0.8,
  }));
}

/** What bare objects come to beside Effect's first calls, and what ours come to beside bare objects. */
function behindObjects(workload: string): readonly Comparison[] {
  const rate = (subject: string) => figure(subject, workload, "activations/s");
  return [
    { figure: rate("bare objects"), by: rate("effect"), limit: 20 },
    { figure: rate(ours), by: rate("bare objects") },
  ];
}

const comparisons: readonly Comparison[] = [
  ...behindMailbox("W4a", { floor: 0.7, codec: 0.5 }),
  ...behindMailbox("W4b", { floor: 0.6, codec: 0.6 }),
  ...["floor-codec", "ts-grain-codec"].flatMap(spread),
  ...["apart n=5, 100 calls each", "apart n=5, 500 calls each"].map((workload) => ({
    figure: figure(ours, workload, "calls/CPU s"),
    by: figure(ours, "members n=1", "calls/CPU s"),
    limit: 0.8,
  })),
  ...["W5 local", "W5 remote"].flatMap(behindObjects),
];

/** How far anything could come, where ours does not reach what it is to reach. */
export const limitsGroup: Group = {
  name: "limits",
  about: "what bare things reach that do a part of the work, where ours misses a target",
  workloads: limitWorkloads,
  subjects: [
    subject(ours, describeCheckout, "W4", "members", "apart", "W5"),
    subject(
      "ts-grain-codec",
      "(the same, with generated codecs)",
      "W4",
      "connections n=1",
      "connections n=5",
    ),
    subject("floor", "(bare node:http2, protobuf-es for messages)", "W4"),
    subject("floor-codec", "(the same, messages encoded by hand)", "W4", "connections"),
    subject("floor-mailbox", "(floor, and a bare mailbox for what arrives)", "W4"),
    subject("floor-mailbox-codec", "(floor-codec, and the same)", "W4"),
    subject("bare objects", "(as many bytes as a grain keeps, in a Map)", "W5"),
    subject("effect", () => Promise.resolve(pinnedVersion("effect")), "W5 local", "W5 remote"),
  ],
  targets: [],
  comparisons,
};
