import type { Member } from "@ts-grain/cluster";
import { type EntryReading, fieldOf, listOf, textOf } from "@ts-grain/cluster/provider";
import { idLabel, kindPrefix, markLabel, portLabel } from "./pod-labels.ts";

/** Reads a pod as Proto.Actor Go does: a member is one that runs, has an address, and whose containers are all ready. */
export function readPod(pod: unknown): EntryReading {
  const status = fieldOf(pod, "status");
  const containers = listOf(status, "containerStatuses");
  const isReady = containers.every((container) => fieldOf(container, "ready") === true);
  const host = textOf(status, "podIP");
  if (textOf(status, "phase") !== "Running" || !isReady || host === "") return undefined;
  const labels = labelsOf(pod);
  const [id, port] = [textOf(labels, idLabel), Number(textOf(labels, portLabel))];
  if (id === "") return "its pod has no label with an id";
  if (!(Number.isInteger(port) && port > 0 && port < 65_536)) return "its pod has no label with a port";
  const dialect = textOf(labels, markLabel) === "" ? "proto-actor" : "ts-grain";
  return { id, host, port, kinds: kindsOf(labels), dialect } satisfies Member;
}

/** The labels of a pod, whatever they are. */
export function labelsOf(pod: unknown): object {
  const labels = fieldOf(fieldOf(pod, "metadata"), "labels");
  return typeof labels === "object" && labels !== null ? labels : {};
}

/** The version of a list, a pod or an event's object. */
export function versionOf(object: unknown): string {
  return textOf(fieldOf(object, "metadata"), "resourceVersion");
}

function kindsOf(labels: object): readonly string[] {
  return Object.entries(labels)
    .filter(([label, value]) => label.startsWith(kindPrefix) && value === "true")
    .map(([label]) => label.slice(kindPrefix.length))
    .toSorted();
}
