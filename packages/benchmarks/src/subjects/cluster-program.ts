import type { Responder } from "./local-subject.ts";

/** A runtime in which objects are called by their identity, as far as the cluster workloads need it. */
export interface ClusterProgram {
  /** One member, which hosts what it calls. */
  openAlone(): Promise<Grains>;
  /** Listens on loopback, hosts what it is asked for, and resolves with what `connect` needs in the other process. */
  serve(): Promise<string>;
  /** What the process that serves hosts. */
  connect(address: string): Promise<Grains>;
  /** Members in this process and one who calls what they host, all with sockets between them. */
  openMembers?(count: number): Promise<Members>;
}

export interface Grains {
  /** What is called by this identity. Where nothing is, the first question brings it about. */
  grain(identity: string): Responder;
}

/** Several members. */
export interface Members extends Grains {
  /** Starts one more. Resolves when it is a member. */
  join(): Promise<void>;
  /** Has the one that came last hand over what it hosts and leave. Resolves when it has. */
  leave(): Promise<void>;
}
