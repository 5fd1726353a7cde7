import {
  distinctTexts,
  type EntryReading,
  fieldOf,
  listOf,
  portOf,
  textOf,
} from "@ts-grain/cluster/provider";

/**
 * Reads an instance of a service as Proto.Actor Go does: no live member if any check of it or of its
 * node does not pass.
 */
export function readHealthEntry(entry: unknown, clusterName: string): EntryReading {
  const checks = listOf(entry, "Checks");
  if (checks.length === 0 || checks.some((check) => textOf(check, "Status") !== "passing")) return undefined;
  const service = fieldOf(entry, "Service");
  const meta = fieldOf(service, "Meta");
  const [host, port] = [textOf(service, "Address"), portOf(service, "Port")];
  if (host === "" || port === undefined) return "it has no address that can be dialled";
  return {
    id: textOf(meta, "id") || `${clusterName}@${host}:${port}`,
    host,
    port,
    kinds: distinctTexts(listOf(service, "Tags")),
    dialect: textOf(meta, "ts-grain") === "" ? "proto-actor" : "ts-grain",
  };
}
