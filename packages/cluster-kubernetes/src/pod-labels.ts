import { ClusterError, type Member } from "@ts-grain/cluster";

/** What the labels of Proto.Actor begin with. */
export const labelPrefix: string = "cluster.proto.actor/";
/** The label that names a pod's cluster. */
export const clusterLabel: string = `${labelPrefix}cluster`;
export const portLabel: string = `${labelPrefix}port`;
export const idLabel: string = `${labelPrefix}member-id`;
/** The label of each kind that a pod hosts begins so. */
export const kindPrefix: string = `${labelPrefix}kind-`;
/** Marks members of ts-grain; Go passes over it. */
export const markLabel: string = `${labelPrefix}ts-grain`;

/** Labels of a pod, or changes of them: null takes one away. */
export type Labels = Readonly<Record<string, string>>;

/** The form of Proto.Actor Go, with the mark of ts-grain. */
export function memberLabels(self: Member, clusterName: string): Labels {
  return {
    [clusterLabel]: clusterName,
    [portLabel]: `${self.port}`,
    [idLabel]: self.id,
    [markLabel]: "1",
    ...Object.fromEntries(self.kinds.map((kind) => [kindPrefix + kind, "true"])),
  };
}

/** @throws ClusterError "invalid_options" naming what Kubernetes would not take. */
export function refuseUnfitLabels(labels: Labels): void {
  for (const [label, value] of Object.entries(labels)) {
    for (const text of [label.slice(labelPrefix.length), value]) {
      if (/^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/.test(text)) continue;
      const message = `Kubernetes takes no label with "${text}": at most 63 letters, digits, dashes, underscores and dots`;
      throw new ClusterError("invalid_options", message);
    }
  }
}
