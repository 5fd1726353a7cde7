import type { Member } from "@ts-grain/cluster";
import { distinctTexts, type EntryReading, listOf, portOf, textOf } from "@ts-grain/cluster/provider";

/** How Proto.Actor Go names a member in etcd; everywhere else it goes by its id alone. */
export function entryId(clusterName: string, memberId: string): string {
  return `${clusterName}@${memberId}`;
}

/** The form of Proto.Actor Go, with the mark of ts-grain, which Go passes over. */
export function writeMemberEntry(self: Member, clusterName: string): string {
  const id = entryId(clusterName, self.id);
  return JSON.stringify({
    id,
    name: id,
    host: self.host,
    address: self.host,
    port: self.port,
    kinds: self.kinds,
    alive: true,
    ...(self.dialect === "ts-grain" ? { "ts-grain": "1" } : {}),
  });
}

/** Reads the value of a member's key. */
export function readMemberEntry(value: unknown, clusterName: string): EntryReading {
  const entry = parse(value);
  const [id, port] = [textOf(entry, "id"), portOf(entry, "port")];
  const host = textOf(entry, "host") || textOf(entry, "address");
  if (id === "") return "it has no id";
  if (host === "" || port === undefined) return "it has no address that can be dialled";
  const kinds = distinctTexts(listOf(entry, "kinds"));
  const dialect = textOf(entry, "ts-grain") === "" ? "proto-actor" : "ts-grain";
  const ownPart = entryId(clusterName, "");
  return { id: id.startsWith(ownPart) ? id.slice(ownPart.length) : id, host, port, kinds, dialect };
}

function parse(value: unknown): unknown {
  try {
    return JSON.parse(String(value));
  } catch {
    return undefined;
  }
}
