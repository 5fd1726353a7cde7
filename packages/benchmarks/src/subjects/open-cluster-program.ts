import type { ClusterProgram } from "./cluster-program.ts";

/** The cluster program of the given name; no other subject's code is loaded. */
export async function openClusterProgram(name: string): Promise<ClusterProgram> {
  switch (name) {
    case "ts-grain":
      return (await import("./ts-grain/ts-grain-cluster.ts")).tsGrainCluster;
    case "ts-grain-actor":
      return (await import("./ts-grain/actors-by-name.ts")).actorsByName;
    case "floor":
      return (await import("./floor/bare-identities.ts")).bareIdentities;
    case "bare objects":
      return (await import("./floor/bare-objects.ts")).bareObjects;
    case "connect-node":
      return (await import("./grpc/connect-service.ts")).connectService;
    case "effect":
      return (await import("./effect/effect-cluster.ts")).effectCluster;
    default:
      throw new Error(`no cluster program is called "${name}"`);
  }
}
