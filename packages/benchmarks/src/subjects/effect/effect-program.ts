import { onlyRequests, type RemoteProgram } from "../remote-subject.ts";
import { effectCluster } from "./effect-cluster.ts";

/** One entity of Effect's cluster, on a runner in another process. */
export const effectProgram: RemoteProgram = {
  serve: () => effectCluster.serve(),
  async connect(address) {
    const entity = (await effectCluster.connect(address)).grain("hello");
    return onlyRequests((number) => entity.ask(number));
  },
};
