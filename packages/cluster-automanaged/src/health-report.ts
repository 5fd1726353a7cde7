import type { Member } from "@ts-grain/cluster";
import { distinctTexts, listOf, portOf, textOf } from "@ts-grain/cluster/provider";

/** Where a host says who it is. */
export const healthPath = "/_health";

/** What a member says about itself. */
export interface HealthReportParts {
  readonly self: Member;
  readonly clusterName: string;
  /** The port on which it says so. */
  readonly healthPort: number;
}

/** The form of Proto.Actor Go, with the mark of ts-grain, which Go passes over. */
export function writeHealthReport({ self, clusterName, healthPort }: HealthReportParts): string {
  return JSON.stringify({
    id: self.id,
    address: self.host,
    auto_manage_port: healthPort,
    port: self.port,
    kinds: self.kinds,
    cluster_name: clusterName,
    ...(self.dialect === "ts-grain" ? { "ts-grain": "1" } : {}),
  });
}

/**
 * The member that a report is about; undefined if it is of another cluster.
 *
 * @throws Error when it is no report.
 */
export function readHealthReport(report: unknown, clusterName: string): Member | undefined {
  const [id, host, port] = [textOf(report, "id"), textOf(report, "address"), portOf(report, "port")];
  if (id === "" || host === "" || port === undefined)
    throw new Error("the answer is no health report of a member");
  if (textOf(report, "cluster_name") !== clusterName) return undefined;
  const kinds = distinctTexts(listOf(report, "kinds"));
  return { id, host, port, kinds, dialect: textOf(report, "ts-grain") === "" ? "proto-actor" : "ts-grain" };
}
