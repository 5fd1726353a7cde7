import type { Cluster, Kind } from "@ts-grain/cluster";
import {
  getLongGrainClient,
  getShortGrainClient,
  newLongKind,
  newShortKind,
} from "../gen/faults/v1/crossing_grain.ts";
import type { Said, Say } from "./commands.ts";

/** The kinds "c" and "b.c", whose grains say who they are and how often they were asked. */
export function crossingKinds(): readonly Kind[] {
  return [
    newShortKind(({ identity }) => ({ sayShort: count(identity) })),
    newLongKind(({ identity }) => ({ sayLong: count(identity) })),
  ];
}

function count(identity: string): () => Said {
  let asked = 0;
  return () => {
    asked++;
    return { identity, count: asked };
  };
}

export async function askWho(cluster: Cluster, { of, identity }: Say): Promise<Said> {
  const answer = await (of === "c"
    ? getShortGrainClient(cluster, identity).sayShort({})
    : getLongGrainClient(cluster, identity).sayLong({}));
  return { identity: answer.identity, count: answer.count };
}
