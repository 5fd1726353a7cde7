import type { ClusterProgram } from "../cluster-program.ts";
import { connectProgram } from "./connect-program.ts";

/** A stateless service: there is one, whatever the identity. */
export const connectService: ClusterProgram = {
  openAlone: () => Promise.reject(new Error("connect-node always goes through a socket")),
  serve: () => connectProgram.serve(),
  async connect(address) {
    const service = await connectProgram.connect(address);
    return { grain: () => service };
  },
};
